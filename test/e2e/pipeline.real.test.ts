import { randomUUID } from 'node:crypto'
import { describePipeline } from './pipeline.ts'
import { realBackend } from './real-backend.ts'

describePipeline('Kafka and Redis', () => realBackend(9, `e2e-${randomUUID()}`))
