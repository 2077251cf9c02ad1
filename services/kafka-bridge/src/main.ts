// kafka-bridge as a process of its own: takes readings by HTTP and MQTT and puts them into the log.
import '@health/runtime/compile-cache'

const { runService } = await import('@health/runtime')
const { settings } = await import('./config.ts')
const { startKafkaBridge } = await import('./service.ts')

await runService('kafka-bridge', settings, startKafkaBridge)
