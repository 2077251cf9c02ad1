// One life of a member of a consumer group: joins, is assigned partitions and feeds them, until it leaves or breaks.
import type { Kafka, Consumer as KafkaConsumer } from 'kafkajs'
import type { Assignment } from './assignment.ts'
import { briefRetries, requestTimeoutMs } from './connection.ts'
import { createFeed, type Fetching, type PartitionFeed } from './feed.ts'

/** Measured: larger fetches cost memory and bring nothing; longer waits cost latency. */
export const fetchLimits = { maxBytesPerPartition: 256 * 1024, minBytes: 1, maxWaitTimeInMs: 50 }

/** The shortest that Kafka allows by default: a member that died holds its partitions for so long. */
const sessionTimeoutMs = 6000

export interface Member {
  /** Rejects when it cannot go on; a new member must take its place. */
  broken: Promise<never>
  commit(offsets: ReadonlyMap<number, number>): Promise<void>
  /** Leaves the group; never rejects. The assignment is left as it is. */
  leave(): Promise<void>
}

export interface MemberOptions {
  kafka: Kafka
  topic: string
  /** How many partitions the topic has. */
  partitions: number
  group: string
  assignment: Assignment
  /** The offsets that a partition holds now. */
  range(partition: number): Promise<{ low: number; end: number }>
  onJoined(): void
  /** Called when the partitions are about to be taken away, while commits are still accepted. */
  onRebalancing(): void
}

export function startMember(options: MemberOptions): Member {
  const { kafka, topic, partitions, group, assignment, range, onJoined, onRebalancing } = options
  const client = kafka.consumer({
    groupId: group,
    ...fetchLimits,
    sessionTimeout: sessionTimeoutMs,
    rebalanceTimeout: sessionTimeoutMs,
    heartbeatInterval: 1500,
    allowAutoTopicCreation: false,
    // Another life begins with another member.
    retry: { ...briefRetries, restartOnFailure: async () => false },
  })
  const { promise: broken, reject: fail } = Promise.withResolvers<never>()
  broken.catch(() => undefined)
  let feeds = new Map<number, PartitionFeed>()
  let over = false
  let fetchTimer: NodeJS.Timeout | undefined

  function assign(assigned: readonly number[]): void {
    // Nothing is fetched before its loop knows where to start.
    client.pause([{ topic, partitions: [...assigned] }])
    feeds = new Map(
      assigned.map((partition) => {
        const fetching = fetchingOf(client, topic, partition)
        return [partition, createFeed({ partition, range: () => range(partition), fetching })]
      }),
    )
    assignment.assign([...feeds.values()].map((feed) => feed.source))
    onJoined()
  }

  function whileMember(listener: () => void): void {
    if (!over) listener()
  }

  const { events } = client
  client.on(events.GROUP_JOIN, ({ payload }) => whileMember(() => assign(payload.memberAssignment[topic] ?? [])))
  client.on(events.REBALANCING, () =>
    whileMember(() => {
      onRebalancing()
      assignment.revoke()
    }),
  )
  client.on(events.STOP, () => whileMember(assignment.revoke))
  client.on(events.CRASH, ({ payload }) => fail(payload.error))
  // kafkajs goes on asking on a connection that is half open, and gives a fetch longer than other requests.
  client.on(events.REQUEST_TIMEOUT, () => fail(new Error('Kafka does not answer')))
  client.on(events.FETCH_START, () => {
    clearTimeout(fetchTimer)
    fetchTimer = setTimeout(() => fail(new Error('Kafka does not answer a fetch')), requestTimeoutMs)
  })
  client.on(events.FETCH, () => clearTimeout(fetchTimer))

  async function run(): Promise<void> {
    await client.connect()
    await client.subscribe({ topic, fromBeginning: true })
    if (over) return
    await client.run({
      autoCommit: false,
      partitionsConsumedConcurrently: partitions,
      async eachBatch({ batch, isStale }) {
        if (!over && !isStale()) await feeds.get(batch.partition)?.offer(batch)
      },
    })
  }

  const started = run().catch(fail)
  return {
    broken,
    async commit(offsets) {
      const own = [...offsets].filter(([partition]) => assignment.has(partition))
      await client.commitOffsets(own.map(([partition, offset]) => ({ topic, partition, offset: String(offset) })))
    },
    async leave() {
      over = true
      // A client that is told to disconnect while it connects joins the group all the same, and stays.
      await started
      await client.disconnect().catch(() => undefined)
      clearTimeout(fetchTimer)
    },
  }
}

function fetchingOf(client: KafkaConsumer, topic: string, partition: number): Fetching {
  const pages = [{ topic, partitions: [partition] }]
  return {
    seek: (offset) => client.seek({ topic, partition, offset: String(offset) }),
    pause: () => client.pause(pages),
    resume: () => client.resume(pages),
  }
}
