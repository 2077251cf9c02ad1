// speed-layer as a process of its own: makes the newest seconds of the log visible in the views.
import { runService } from '@health/runtime'
import { settings } from './config.ts'
import { startSpeedLayer } from './service.ts'

await runService('speed-layer', settings, startSpeedLayer)
