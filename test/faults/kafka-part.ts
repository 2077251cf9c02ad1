// A Kafka broker of the test's own, from the jars that `.ci/real-parts` gets.
import { execFileSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createPart, type Part } from './part.ts'
import { connects } from './ports.ts'

/** A broker that was killed may register again once its former life counts as over. */
const sessionTimeoutMs = 3000

export function createKafkaPart(folder: string, port: number, controllerPort: number): Part {
  const jars = process.env['KAFKA_JARS']
  if (!jars) throw new Error('Set KAFKA_JARS to the folder of Kafka’s jars: eval "$(.ci/real-parts install)"')
  const settings = join(folder, 'broker.properties')
  writeFileSync(settings, properties(join(folder, 'kafka'), port, controllerPort))
  // The fastest start matters more than the speed reached later.
  const java = [
    '-Xms256m',
    '-Xmx512m',
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
  ]
  const classPath = ['-cp', join(jars, '*')]
  if (!existsSync(join(folder, 'kafka'))) {
    const format = ['kafka.tools.StorageTool', 'format', '--config', settings, '--cluster-id', 'ZmF1bHRzLWZhdWx0cy1mYQ']
    execFileSync('java', [...java, ...classPath, ...format], { stdio: ['ignore', 'ignore', 'pipe'] })
  }
  return createPart({
    name: 'kafka',
    command: 'java',
    args: [...java, ...classPath, 'kafka.Kafka', settings],
    logFile: join(folder, 'kafka.log'),
    answers: () => connects(port),
  })
}

const properties = (dataFolder: string, port: number, controllerPort: number): string => `
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controllerPort}
listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}
advertised.listeners=PLAINTEXT://127.0.0.1:${port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=${dataFolder}
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
offsets.topic.replication.factor=1
offsets.topic.num.partitions=3
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
broker.session.timeout.ms=${sessionTimeoutMs}
broker.heartbeat.interval.ms=500
`
