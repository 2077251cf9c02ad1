// What HTTP and MQTT share: one gate, one way into the log, one bound on memory, one set of metrics.
import type { Gate, Logger } from '@health/runtime'
import type { Appender } from '../appender.ts'
import type { IngestMetrics } from '../ingest-metrics.ts'
import type { BytesInFlight } from './http/bytes-in-flight.ts'

export interface Ingress {
  gate: Gate
  appender: Appender
  bytesInFlight: BytesInFlight
  metrics: IngestMetrics
  logger: Logger
  /** The clock, epoch ms. */
  now(): number
}
