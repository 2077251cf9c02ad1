// kafka-bridge as a process of its own: takes readings by HTTP and MQTT and puts them into the log.
import { runService } from '@health/runtime'
import { settings } from './config.ts'
import { startKafkaBridge } from './service.ts'

await runService('kafka-bridge', settings, startKafkaBridge)
