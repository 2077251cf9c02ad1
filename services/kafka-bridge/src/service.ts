// kafka-bridge: the only way in. Devices send readings by HTTP and MQTT; each is acknowledged once the log has it.
import { setTimeout as pause } from 'node:timers/promises'
import { type EventLog, openLog } from '@health/log'
import { listen, type Service, type ServiceContext } from '@health/runtime'
import { type Appender, createAppender } from './appender.ts'
import { createBytesInFlight } from './bytes-in-flight.ts'
import type { KafkaBridgeConfig } from './config.ts'
import { closeHttpServer, createHttpServer } from './http.ts'
import { createIngestMetrics } from './ingest-metrics.ts'
import type { Ingress } from './ingress.ts'
import { createMqttServer } from './mqtt.ts'

export interface KafkaBridge extends Service {
  /** The ports taken. */
  ingestPort: number
  mqttPort: number
}

/** Opens the log and serves. */
export async function startKafkaBridge(config: KafkaBridgeConfig, context: ServiceContext): Promise<KafkaBridge> {
  const log = await openLog(config, { logger: context.logger, clientId: 'kafka-bridge' })
  try {
    return await serveIngress(log, config, context)
  } catch (error) {
    await log.close()
    throw error
  }
}

export type IngressSettings = Pick<
  KafkaBridgeConfig,
  'HOST' | 'INGEST_PORT' | 'KAFKA_TOPIC' | 'MQTT_PORT' | 'MQTT_TOPIC'
>

/** How many bytes of messages may wait for the log. Beyond it devices are told to send again. */
const maxBytesInFlight = 64 * 1024 * 1024
/** Requests under way get so long to end when the service stops. */
const graceMs = 5_000

/** Serves HTTP and MQTT in front of `log`, which it closes in the end. */
export async function serveIngress(
  log: EventLog,
  config: IngressSettings,
  { logger, metrics: registry }: ServiceContext,
): Promise<KafkaBridge> {
  const metrics = createIngestMetrics(registry)
  const appender = createAppender(log, config.KAFKA_TOPIC, {
    onAppend: metrics.timeAppend,
    onOutage: (err) => logger.warn({ err }, 'The log is unavailable. Devices are told to send again.'),
    onRecovery: () => logger.info('The log is available again.'),
  })
  const arrival = awaitLog(appender)
  const ingress: Ingress = { appender, bytesInFlight: createBytesInFlight(maxBytesInFlight), metrics, logger }
  const http = createHttpServer(ingress)
  const mqtt = await createMqttServer(ingress, config.MQTT_TOPIC)

  const host = config.HOST
  const ingestPort = await listen(http, { host, port: config.INGEST_PORT, variable: 'INGEST_PORT' })
  const mqttPort = await listen(mqtt.server, { host, port: config.MQTT_PORT, variable: 'MQTT_PORT' })
  logger.info({ http: `http://${host}:${ingestPort}/readings`, mqtt: `mqtt://${host}:${mqttPort}` }, 'Taking readings.')

  return {
    ingestPort,
    mqttPort,
    waitingFor: () => appender.waitingFor() ?? arrival.waitingFor(),
    failed: appender.failed,
    async stop() {
      arrival.stop()
      await Promise.all([closeHttpServer(http, graceMs), mqtt.close()])
      await log.close()
    },
  }
}

/** How long after one look for the log the next one comes. */
const lookAgainMs = 1000

/** Looks for the log until it is there, so that a bridge that starts without it is not ready before the first message fails. */
function awaitLog(appender: Appender): { waitingFor(): string | null; stop(): void } {
  const stopping = new AbortController()
  let isThere = false
  async function look(): Promise<void> {
    while (!isThere && !stopping.signal.aborted) {
      // Appending nothing resolves once the topic is there.
      isThere = await appender.append([]).then(
        () => true,
        () => false,
      )
      if (!isThere) await pause(lookAgainMs, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  }
  void look()
  return { waitingFor: () => (isThere ? null : 'the log'), stop: () => stopping.abort() }
}
