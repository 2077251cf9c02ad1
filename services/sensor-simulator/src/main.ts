// The sensor simulator as a process.
import { runService } from '@health/runtime'
import { settings } from './config.ts'
import { startSensorSimulator } from './service.ts'

await runService('sensor-simulator', settings, startSensorSimulator)
