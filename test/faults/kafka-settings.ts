// A broker of one's own: where Kafka is, and its settings.
import { existsSync } from 'node:fs'
import { ConfigError } from '@health/runtime'

/** The folder of Kafka's jars, which `.ci/real-parts` gets. Throws a `ConfigError` where there is none. */
export function kafkaJars(): string {
  const jars = process.env['KAFKA_JARS']
  if (jars && existsSync(jars)) return jars
  throw new ConfigError('Set KAFKA_JARS to the folder of Kafka’s jars: eval "$(.ci/real-parts install)"')
}

/** Settings of a broker that is its own controller, on loopback. Nobody waits for further members of a group. */
export const brokerProperties = (dataFolder: string, port: number, controllerPort: number): string => `
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
`
