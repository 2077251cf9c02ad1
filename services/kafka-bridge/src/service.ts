// kafka-bridge: the only way in. Devices send readings by HTTP and MQTT; each is acknowledged once the log has it.
import { type EventLog, openLog } from '@health/log'
import { type AccessConfig, createGate, listen, type Service, type ServiceContext } from '@health/runtime'
import { type Appender, createAppender } from './appender.ts'
import type { KafkaBridgeConfig } from './config.ts'
import { createIngestMetrics } from './ingest-metrics.ts'
import { createBytesInFlight } from './ingress/http/bytes-in-flight.ts'
import { closeHttpServer, createHttpServer } from './ingress/http/http.ts'
import type { Ingress } from './ingress/ingress.ts'
import { createMqttServer } from './ingress/mqtt/mqtt.ts'

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
  'HOST' | 'INGEST_PORT' | 'KAFKA_TOPIC' | 'MQTT_PORT' | 'MQTT_TOPIC' | keyof AccessConfig
>

/** How many bytes of messages may wait for the log. Beyond it devices are told to send again. */
const maxBytesInFlight = 64 * 1024 * 1024
/** Requests under way get so long to end when the service stops. */
const graceMs = 5_000

/** Serves HTTP and MQTT in front of `log`, which it closes in the end. */
export async function serveIngress(
  log: EventLog,
  config: IngressSettings,
  { logger, metrics: registry, now }: ServiceContext,
): Promise<KafkaBridge> {
  const gate = createGate(config, { logger, now })
  const metrics = createIngestMetrics(registry)
  const appender = createAppender(log, config.KAFKA_TOPIC, {
    onAppend: metrics.timeAppend,
    onOutage: (err) => logger.warn({ err }, 'The log is unavailable. Devices are told to send again.'),
    onRecovery: () => logger.info('The log is available again.'),
  })
  const stopLooking = lookForLog(appender)
  const bytesInFlight = createBytesInFlight(maxBytesInFlight)
  const ingress: Ingress = { gate, appender, bytesInFlight, metrics, logger, now }
  const http = createHttpServer(ingress)
  const mqtt = createMqttServer(ingress, config.MQTT_TOPIC)

  const host = config.HOST
  const ingestPort = await listen(http, { host, port: config.INGEST_PORT, variable: 'INGEST_PORT' })
  const mqttPort = await listen(mqtt.server, { host, port: config.MQTT_PORT, variable: 'MQTT_PORT' })
  logger.info({ http: `http://${host}:${ingestPort}/readings`, mqtt: `mqtt://${host}:${mqttPort}` }, 'Taking readings.')

  return {
    ingestPort,
    mqttPort,
    waitingFor: appender.waitingFor,
    failed: appender.failed,
    async stop() {
      stopLooking()
      await Promise.all([closeHttpServer(http, graceMs), mqtt.close()])
      await log.close()
    },
  }
}

const lookEveryMs = 1000

/**
 * Looks for a log that is away until it is there, so that readiness is told without a message: who sends only to a bridge
 * that is ready would wait for ever. The answer ends it.
 */
function lookForLog({ look, waitingFor }: Appender): () => void {
  let looking = false
  async function lookIfAway(): Promise<void> {
    if (looking || waitingFor() === null) return
    looking = true
    await look()
    looking = false
  }
  const timer = setInterval(lookIfAway, lookEveryMs)
  void lookIfAway()
  return () => clearInterval(timer)
}
