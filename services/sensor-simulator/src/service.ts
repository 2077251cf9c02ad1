// The sensor simulator: publishes what sensors would, by MQTT; simulated patients, or a trace of real readings.
import { ConfigError, type Service, type ServiceContext } from '@health/runtime'
import { brokerUrl, credentialsOf, type SensorSimulatorConfig } from './config.ts'
import { startLive } from './live.ts'
import { createSimulatorMetrics, type SimulatorMetrics } from './metrics.ts'
import { openPublisher, type Publisher } from './publisher.ts'
import { replayTrace } from './replay.ts'
import { createSource } from './source.ts'
import { checkTrace, TraceError } from './trace.ts'

/**
 * Starts sending. With neither patients nor a trace it idles. Throws `ConfigError` for a trace that cannot be read, and
 * where there are tokens and none for it.
 */
export async function startSensorSimulator(config: SensorSimulatorConfig, context: ServiceContext): Promise<Service> {
  const replay = await prepareReplay(config)
  const metrics = createSimulatorMetrics(context.metrics)
  if (replay === null && config.SIM_PATIENTS === 0) return { waitingFor: () => null, stop: async () => {} }
  const publisher = openPublisher({
    url: brokerUrl(config),
    credentials: credentialsOf(config, context.now()),
    topic: config.MQTT_TOPIC,
    logger: context.logger,
    onAcknowledged: metrics.published,
  })
  metrics.unacknowledged = publisher.unacknowledged
  return replay === null ? runPatients(config, context, publisher, metrics) : replay(context, publisher)
}

function runPatients(
  config: SensorSimulatorConfig,
  { logger, now }: ServiceContext,
  publisher: Publisher,
  metrics: SimulatorMetrics,
): Service {
  const intervalMs = config.SIM_INTERVAL_MS
  const minutesPerReading = (intervalMs / 60_000) * config.SIM_SPEED
  const options = { seed: config.SIM_SEED, faultRate: config.SIM_FAULT_RATE, minutesPerReading }
  const sources = Array.from({ length: config.SIM_PATIENTS }, (_, index) => createSource(index, options))
  let stopSending = () => {}
  // The patients' lives begin when there is someone to watch.
  publisher.whenReady().then(() => {
    if (publisher.isReady()) stopSending = startLive({ sources, intervalMs, publisher, metrics, logger, now })
  })
  return {
    waitingFor: publisher.waitingFor,
    async stop() {
      stopSending()
      await publisher.close()
    },
  }
}

type Replay = (context: ServiceContext, publisher: Publisher) => Service

/** Checks the trace as a whole, so that a wrong row is told before the first one is sent. */
async function prepareReplay({
  SIM_TRACE: path,
  SIM_TRACE_SPEED: speed,
}: SensorSimulatorConfig): Promise<Replay | null> {
  if (path === undefined) return null
  const trace = await checkTrace(path).catch((error: unknown) => {
    if (!(error instanceof TraceError)) throw error
    throw new ConfigError(`SIM_TRACE is ${JSON.stringify(path)}, but ${error.message}.`, { cause: error })
  })
  return ({ logger, now }, publisher) => {
    const aborting = new AbortController()
    const done = replayTrace({ path, trace, speed, publisher, logger, now }, aborting.signal)
    return {
      waitingFor: publisher.waitingFor,
      failed: done.then(() => new Promise<never>(() => {})),
      async stop() {
        aborting.abort()
        await publisher.close()
        await done
      },
    }
  }
}
