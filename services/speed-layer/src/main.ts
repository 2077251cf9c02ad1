// speed-layer as a process of its own: makes the newest seconds of the log visible in the views.
import '@health/runtime/compile-cache'

const { runService } = await import('@health/runtime')
const { settings } = await import('./config.ts')
const { startSpeedLayer } = await import('./service.ts')

await runService('speed-layer', settings, startSpeedLayer)
