// A topic: made when missing, its layout checked when it is there, and appended to.
import kafkajs, { type Admin, type Kafka, Partitioners } from 'kafkajs'
import { type NewRecord, TopicMismatch } from '../log.ts'
import { createAppendQueue } from '../shared/append-queue.ts'
import { createPartitioner } from '../shared/murmur2.ts'
import { briefRetries, type Connection, createConnection, requestTimeoutMs } from './connection.ts'
import { toMessage } from './records.ts'

const timestampType = 'message.timestamp.type'
const retentionMs = 7 * 24 * 3_600_000

const configEntries = [
  // Every layer judges by the time at which a record arrived, whatever its sender says.
  { name: timestampType, value: 'LogAppendTime' },
  { name: 'retention.ms', value: String(retentionMs) },
]

/**
 * Makes the topic, replicated as the brokers do by default. Rejects with `TopicMismatch` when it is there with another
 * layout, and with `LogUnavailable`.
 */
export async function ensureTopic(admin: Connection<Admin>, topic: string, partitions: number): Promise<void> {
  const found = await admin.use(async (client) => {
    const missing = { topic, numPartitions: partitions, replicationFactor: -1, configEntries }
    const made = await client.createTopics({ topics: [missing], timeout: requestTimeoutMs })
    return made ? null : describeTopic(client, topic)
  })
  if (found === null) return
  if (found.partitions !== partitions) throw new TopicMismatch(otherPartitions(topic, found.partitions, partitions))
  if (found.timestampType !== 'LogAppendTime') throw new TopicMismatch(otherTimestamps(topic, found.timestampType))
}

async function describeTopic(client: Admin, topic: string) {
  const { topics } = await client.fetchTopicMetadata({ topics: [topic] })
  const { resources } = await client.describeConfigs({
    resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configNames: [timestampType] }],
    includeSynonyms: false,
  })
  const entry = resources[0]?.configEntries.find(({ configName }) => configName === timestampType)
  return { partitions: topics[0]?.partitions.length ?? 0, timestampType: entry?.configValue ?? 'unknown' }
}

const otherPartitions = (topic: string, found: number, wanted: number) =>
  `Kafka's topic ${topic} has ${found} partitions, but KAFKA_PARTITIONS is ${wanted}. Set KAFKA_PARTITIONS=${found}; ` +
  'more partitions would part a patient from the readings before.'

const otherTimestamps = (topic: string, found: string) =>
  `Kafka's topic ${topic} has ${timestampType}=${found}, but the log needs its own clock. Choose another KAFKA_TOPIC; ` +
  'or, if no record in it matters, run: kafka-configs.sh --bootstrap-server BROKER --alter --entity-type topics ' +
  `--entity-name ${topic} --add-config ${timestampType}=LogAppendTime`

export interface KafkaTopic {
  /** Resolves when the topic is there; rejects with `TopicMismatch`. */
  ready: Promise<void>
  /** As `EventLog.append`, once the topic is there. */
  append(records: readonly NewRecord[]): Promise<void>
  /** Finishes what is under way. */
  close(): Promise<void>
}

interface TopicOptions {
  kafka: Kafka
  name: string
  partitions: number
  ready: Promise<void>
}

/** Opens a topic for appending, with a producer of its own. */
export function openTopic({ kafka, name, partitions, ready }: TopicOptions): KafkaTopic {
  ready.catch(() => undefined)
  const partitionOf = createPartitioner(partitions)
  const connection = createConnection(() =>
    kafka.producer({
      idempotent: true,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
      retry: briefRetries,
    }),
  )
  const queue = createAppendQueue(async (records) => {
    const messages = records.map((record) => toMessage(record, partitionOf(record.key)))
    await connection.use((producer) => producer.send({ topic: name, acks: -1, timeout: requestTimeoutMs, messages }))
  })
  return {
    ready,
    append: queue.append,
    async close() {
      await queue.drained()
      await connection.close()
    },
  }
}
