// The sensor simulator as a process.
import '@health/runtime/compile-cache'

const { runService } = await import('@health/runtime')
const { settings } = await import('./config.ts')
const { startSensorSimulator } = await import('./service.ts')

await runService('sensor-simulator', settings, startSensorSimulator)
