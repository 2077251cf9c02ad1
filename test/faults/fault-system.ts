// The whole system for fault tests: Kafka, Redis and every service as processes of their own, each under the test's control.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../e2e/processes.ts'
import { until } from '../e2e/until.ts'
import { createKafkaPart } from './kafka-part.ts'
import { createPart, type Part } from './part.ts'
import { takePorts } from './ports.ts'
import { createRedisPart, type RedisPart } from './redis-part.ts'

export const serviceNames = [
  'kafka-bridge',
  'speed-layer-1',
  'speed-layer-2',
  'csv-archiver-1',
  'csv-archiver-2',
  'batch-aggregator',
  'dashboard-server',
] as const
export type ServicePartName = (typeof serviceNames)[number]
export type PartName = ServicePartName | 'kafka' | 'redis'

export interface ServicePart extends Part {
  /** Base address of /healthz, /readyz and /metrics. */
  readonly health: string
  /** What /readyz says it waits for; `null` when it is ready. Rejects while it does not answer. */
  waitingFor(): Promise<string | null>
}

export interface FaultSystem {
  folder: string
  /** The settings of every service; enough for whoever opens log, views or lake. */
  env: Record<string, string>
  topic: string
  partitions: number
  lakeDir: string
  dashboard: string
  ingest: string
  mqttPort: number
  kafka: Part
  redis: RedisPart
  services: Record<ServicePartName, ServicePart>
  /** Every part there is, the log and the views first. */
  all: readonly Part[]
  startAll(): Promise<void>
  /** Resolves when every service says that it is ready. */
  allReady(): Promise<void>
  /** kill -9 to all; the folder goes too, unless it is `kept` as evidence. */
  close(folder?: 'removed' | 'kept'): Promise<void>
}

const partitions = 6

/** Makes everything ready to be started; `settings` are added to those of every service. Nothing runs yet. */
export async function createFaultSystem(settings: Record<string, string> = {}): Promise<FaultSystem> {
  const folder = mkdtempSync(join(tmpdir(), 'health-faults-'))
  const ports = await takePorts(6 + serviceNames.length)
  const [kafkaPort = 0, controllerPort = 0, redisPort = 0, dashboardPort = 0, ingestPort = 0, mqttPort = 0] = ports
  const lakeDir = settings['LAKE_DIR'] ?? join(folder, 'lake')
  const env = {
    KAFKA_BROKERS: `127.0.0.1:${kafkaPort}`,
    KAFKA_PARTITIONS: String(partitions),
    KAFKA_TOPIC: 'health_stream',
    REDIS_URL: `redis://127.0.0.1:${redisPort}`,
    DATA_DIR: join(folder, 'data'),
    LAKE_DIR: lakeDir,
    DASHBOARD_PORT: String(dashboardPort),
    INGEST_PORT: String(ingestPort),
    MQTT_PORT: String(mqttPort),
    ARCHIVE_ROLL_SECONDS: '2',
    LOG_LEVEL: 'info',
    ...settings,
  }
  for (const path of [env.DATA_DIR, lakeDir]) mkdirSync(path, { recursive: true })
  const kafka = createKafkaPart(folder, kafkaPort, controllerPort)
  const redis = createRedisPart(folder, redisPort)
  const services = Object.fromEntries(
    serviceNames.map((name, i) => [name, createService({ name, folder, env, port: ports[6 + i] ?? 0 })]),
  ) as Record<ServicePartName, ServicePart>
  const all = [kafka, redis, ...serviceNames.map((name) => services[name])]

  return {
    folder,
    env,
    topic: env.KAFKA_TOPIC,
    partitions,
    lakeDir,
    dashboard: `http://127.0.0.1:${dashboardPort}`,
    ingest: `http://127.0.0.1:${ingestPort}`,
    mqttPort,
    kafka,
    redis,
    services,
    all,
    async startAll() {
      await Promise.all(all.map((part) => part.start()))
    },
    async allReady() {
      await Promise.all(
        serviceNames.map((name) =>
          until(async () => assert.equal(await services[name].waitingFor(), null, `${name} is not ready`)),
        ),
      )
    },
    async close(what = 'removed') {
      await Promise.all(all.map((part) => part.kill()))
      if (what === 'removed') rmSync(folder, { recursive: true, force: true })
    },
  }
}

interface ServiceOptions {
  name: ServicePartName
  folder: string
  env: Record<string, string>
  port: number
}

function createService({ name, folder, env, port }: ServiceOptions): ServicePart {
  const service = name.replace(/-\d$/, '')
  const health = `http://127.0.0.1:${port}`
  const ask = (path: string) => fetch(health + path, { signal: AbortSignal.timeout(2000) })
  const part = createPart({
    name,
    command: process.execPath,
    args: [join(root, `services/${service}/src/main.ts`), ...(service === 'batch-aggregator' ? ['--watch'] : [])],
    env: { ...env, METRICS_PORT: String(port) },
    logFile: join(folder, `${name}.log`),
    answers: async () => assert.equal((await ask('/healthz')).status, 200, `${name} is not healthy`),
  })
  return {
    ...part,
    health,
    async waitingFor() {
      const answer = (await (await ask('/readyz')).json()) as { waiting_for: string | null }
      return answer.waiting_for
    },
  }
}
