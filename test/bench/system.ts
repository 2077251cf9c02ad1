// The system under test: one Kafka and one Redis of the benchmark's own for all contenders, and the services as processes.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type EventLog, openLog } from '@health/log'
import { createLogger, type Logger } from '@health/runtime'
import { openViews, type ViewStore } from '@health/views'
import { Redis } from 'ioredis'
import { root } from '../e2e/processes.ts'
import { until } from '../e2e/until.ts'
import { brokerProperties, kafkaJars } from '../faults/kafka-settings.ts'
import { connects, takePorts } from '../faults/ports.ts'
import { endOf, type Running, startProcess } from './process.ts'

export type ServiceName = 'kafka-bridge' | 'speed-layer' | 'csv-archiver' | 'batch-aggregator' | 'dashboard-server'
type Environment = Readonly<Record<string, string>>

export interface RunningService extends Running {
  /** Resolves when its readiness probe succeeds; rejects when it ends before. */
  ready(): Promise<void>
}

export interface BenchSystem {
  folder: string
  broker: string
  kafkaPort: number
  redisPort: number
  /** Base addresses, and the port of MQTT. */
  ingest: string
  dashboard: string
  mqttPort: number
  /** Values of `METRICS_PORT` for further instances of a service. */
  sparePorts: readonly number[]
  views: ViewStore
  redis: Redis
  /** A log with `topic` and its dead letters; creates the topics, by default with `partitions`. */
  openTopic(topic: string, partitionCount?: number): Promise<EventLog>
  /** An unused name: services read a topic from its beginning when the views are empty. */
  newTopic(): string
  emptyRedis(): Promise<void>
  /** Starts a process that logs to a file in `folder`. */
  start(name: string, command: string, args: readonly string[], env?: Environment): Running
  /** Does not wait until the service is ready. */
  startService(name: ServiceName, topic: string, settings?: Environment): RunningService
  /** Starts `test/bench/load/<name>.ts`. */
  startLoad(name: string, ...args: readonly (string | number)[]): Running
  close(): Promise<void>
}

export const partitions = 6

/** Starts Kafka and Redis in a temporary folder, which is removed when this process ends. */
export async function startSystem(): Promise<BenchSystem> {
  const folder = mkdtempSync(join(tmpdir(), 'health-bench-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }))
  const [kafkaPort = 0, controllerPort = 0, redisPort = 0, dashboardPort = 0, ingestPort = 0, mqttPort = 0, ...rest] =
    await takePorts(15)
  const [bridge = 0, speed = 0, archiver = 0, batch = 0, dashboard = 0, ...sparePorts] = rest
  const metricsPorts = {
    'kafka-bridge': bridge,
    'speed-layer': speed,
    'csv-archiver': archiver,
    'batch-aggregator': batch,
    'dashboard-server': dashboard,
  }
  const broker = `127.0.0.1:${kafkaPort}`
  const redisUrl = `redis://127.0.0.1:${redisPort}`
  const logger = createLogger('error')
  const start: BenchSystem['start'] = (name, command, args, env = {}) =>
    startProcess({ command, args, env, logFile: join(folder, `${name}.log`) })

  startKafka(start, folder, kafkaPort, controllerPort)
  const redisArgs = [
    '--bind',
    '127.0.0.1',
    '--port',
    String(redisPort),
    '--save',
    '',
    '--appendonly',
    'no',
    '--dir',
    folder,
  ]
  start('redis', 'redis-server', redisArgs)
  await Promise.all([kafkaPort, redisPort].map((port) => until(() => connects(port))))

  const views = await openViews({ REDIS_URL: redisUrl, DATA_DIR: folder }, { logger })
  const redis = new Redis(redisPort, '127.0.0.1')
  const logs = new Map<string, EventLog>()
  let topics = 0

  return {
    folder,
    broker,
    kafkaPort,
    redisPort,
    ingest: `http://127.0.0.1:${ingestPort}`,
    dashboard: `http://127.0.0.1:${dashboardPort}`,
    mqttPort,
    sparePorts,
    views,
    redis,
    async openTopic(topic, partitionCount = partitions) {
      const log = logs.get(topic) ?? (await openTopic(broker, topic, partitionCount, logger))
      logs.set(topic, log)
      return log
    },
    newTopic: () => `bench_${++topics}`,
    async emptyRedis() {
      await redis.flushall()
    },
    start,
    startService(name, topic, settings = {}) {
      const main = join(root, `services/${name}/src/main.ts`)
      const metricsPort = settings['METRICS_PORT'] ?? String(metricsPorts[name])
      const args = [...nodeOptions(name), main, ...(name === 'batch-aggregator' ? ['--watch'] : [])]
      const running = start(name, process.execPath, args, {
        KAFKA_BROKERS: broker,
        KAFKA_TOPIC: topic,
        KAFKA_PARTITIONS: String(partitions),
        REDIS_URL: redisUrl,
        DATA_DIR: join(folder, 'data'),
        DASHBOARD_PORT: String(dashboardPort),
        INGEST_PORT: String(ingestPort),
        MQTT_PORT: String(mqttPort),
        LOG_LEVEL: 'warn',
        ...settings,
        METRICS_PORT: metricsPort,
      })
      return { ...running, ready: () => Promise.race([isReady(metricsPort), endOf(running)]) }
    },
    startLoad: (name, ...args) =>
      start(name, process.execPath, [join(import.meta.dirname, 'load', `${name}.ts`), ...args.map(String)]),
    async close() {
      await Promise.all([...logs.values()].map((log) => log.close()))
      await views.close()
      redis.disconnect()
    },
  }
}

/** Node's options for the service in docker-compose.yml. */
function nodeOptions(name: ServiceName): string[] {
  const command = new RegExp(`\\[node, (.*)services/${name}/src/main.ts`).exec(compose)?.[1]
  if (command === undefined) throw new Error(`docker-compose.yml does not start ${name}`)
  return command.split(', ').filter((option) => option !== '')
}

const compose = readFileSync(join(root, 'docker-compose.yml'), 'utf8')

const isReady = (port: string): Promise<void> =>
  until(async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`)
    if (!answer.ok) throw new Error(`not ready: ${await answer.text()}`)
  })

async function openTopic(broker: string, topic: string, partitionCount: number, logger: Logger): Promise<EventLog> {
  const settings = { KAFKA_BROKERS: [broker], KAFKA_TOPIC: topic, KAFKA_PARTITIONS: partitionCount }
  return openLog({ ...settings, LOG_RETENTION_HOURS: 1, DATA_DIR: '' }, { logger, clientId: 'bench' })
}

function startKafka(start: BenchSystem['start'], folder: string, port: number, controllerPort: number): void {
  const jars = kafkaJars()
  const settings = join(folder, 'broker.properties')
  const data = join(folder, 'kafka')
  mkdirSync(data)
  writeFileSync(settings, brokerProperties(data, port, controllerPort))
  const java = ['-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', '-cp', join(jars, '*')]
  const format = ['kafka.tools.StorageTool', 'format', '--config', settings, '--cluster-id', 'YmVuY2gtYmVuY2gtYmVuYw']
  execFileSync('java', [...java, ...format], { stdio: ['ignore', 'ignore', 'pipe'] })
  start('kafka', 'java', ['-Xms1g', '-Xmx1g', '-XX:+UseG1GC', ...java, 'kafka.Kafka', settings])
}
