// The log on Kafka, for any number of machines.

import { type EventLog, LogUnavailable, type PartitionRange, type Subscription } from '../log.ts'
import { pauseAfter, within } from '../shared/waiting.ts'
import { createConnection, createKafka, type KafkaAddress } from './connection.ts'
import { readRecords } from './read.ts'
import { subscribeToKafka } from './subscription.ts'
import { ensureTopic, type KafkaTopic, openTopic } from './topic.ts'

export interface KafkaLogOptions extends KafkaAddress {
  /** Made when missing. Others are made when they are first used. */
  topics: readonly string[]
  /** How many partitions each topic has. */
  partitions: number
}

/** How long a caller waits for a topic to be there. */
const topicWithinMs = 5000

/**
 * Opens the log. Resolves when the topics are there, or when Kafka turns out to be away: it is waited for then. Rejects
 * with `TopicMismatch`.
 */
export async function openKafkaLog(options: KafkaLogOptions): Promise<EventLog> {
  const { partitions, logger } = options
  const kafka = createKafka(options)
  const admin = createConnection(() => kafka.admin())
  const topics = new Map<string, KafkaTopic>()
  const subscriptions = new Set<Subscription>()
  const closing = new AbortController()
  const away = Promise.withResolvers<void>()
  let saidAway = false

  /** Tries until Kafka has the topic with the right layout. */
  async function prepare(name: string): Promise<void> {
    for (let failures = 1; !closing.signal.aborted; failures++) {
      try {
        return await ensureTopic(admin, name, partitions)
      } catch (error) {
        if (!(error instanceof LogUnavailable)) throw error
        if (!saidAway) logger.warn({ err: error, brokers: options.brokers }, 'Kafka is away; it is waited for')
        saidAway = true
        away.resolve()
        await pauseAfter(failures, closing.signal)
      }
    }
    throw new LogUnavailable('The log is closed.')
  }

  function open(name: string): KafkaTopic {
    let topic = topics.get(name)
    if (topic === undefined) {
      topic = openTopic({ kafka, name, partitions, ready: prepare(name) })
      topics.set(name, topic)
    }
    return topic
  }

  /** The topic, once it is there. */
  async function find(name: string): Promise<KafkaTopic> {
    const topic = open(name)
    await within(topicWithinMs, topic.ready, () => new LogUnavailable(`Kafka is away, topic ${name} is waited for.`))
    return topic
  }

  async function ranges(name: string): Promise<PartitionRange[]> {
    await find(name)
    const offsets = await admin.use((client) => client.fetchTopicOffsets(name))
    return offsets
      .map(({ partition, low, high }) => ({ partition, low: Number(low), end: Number(high) }))
      .sort((a, b) => a.partition - b.partition)
  }

  async function range(name: string, partition: number): Promise<PartitionRange> {
    const found = (await ranges(name)).find((each) => each.partition === partition)
    if (found === undefined) throw new RangeError(`Topic ${name} has no partition ${partition}.`)
    return found
  }

  async function close(): Promise<void> {
    await Promise.all([...subscriptions].map((subscription) => subscription.stop()))
    closing.abort()
    await Promise.all([...topics.values()].map((topic) => topic.close()))
    await admin.close()
  }

  try {
    await Promise.race([Promise.all(options.topics.map((name) => open(name).ready)), away.promise])
  } catch (error) {
    await close()
    throw error
  }

  return {
    async append(name, records) {
      const topic = await find(name)
      await topic.append(records)
    },
    async subscribe(name, group, consumer) {
      const subscription = subscribeToKafka({
        kafka,
        topic: name,
        partitions,
        group,
        brokers: options.brokers,
        range: (partition) => range(name, partition),
        ready: open(name).ready,
        onBroken: () => void admin.close(),
        consumer,
        logger: logger.child({ topic: name, group }),
      })
      subscriptions.add(subscription)
      return subscription
    },
    ranges,
    async committed(name, groupId) {
      await find(name)
      const [found] = await admin.use((client) => client.fetchOffsets({ groupId, topics: [name] }))
      const offsets = (found?.partitions ?? []).map((each) => [each.partition, Number(each.offset)] as const)
      return new Map(offsets.filter(([, offset]) => offset >= 0))
    },
    async hasMembers(name, groupId) {
      await find(name)
      const { groups } = await admin.use((client) => client.describeGroups([groupId]))
      return groups.some(({ members }) => members.length > 0)
    },
    async read(topic, partition, offset, limit) {
      const { low, end } = await range(topic, partition)
      const first = Math.max(offset, low)
      return first >= end ? [] : readRecords(options, { topic, partition, first, end }, limit)
    },
    close,
  }
}
