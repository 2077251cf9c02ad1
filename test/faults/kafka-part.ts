// A Kafka broker of the test's own, from the jars that `.ci/real-parts` gets.
import { execFileSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brokerProperties, kafkaJars } from './kafka-settings.ts'
import { createPart, type Part } from './part.ts'
import { connects } from './ports.ts'

/** A broker that was killed may register again once its former life counts as over. */
const restarts = `broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
`

export function createKafkaPart(folder: string, port: number, controllerPort: number): Part {
  const settings = join(folder, 'broker.properties')
  writeFileSync(settings, `${brokerProperties(join(folder, 'kafka'), port, controllerPort)}${restarts}`)
  // The fastest start matters more than the speed reached later.
  const java = [
    '-Xms256m',
    '-Xmx512m',
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
  ]
  const classPath = ['-cp', join(kafkaJars(), '*')]
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
