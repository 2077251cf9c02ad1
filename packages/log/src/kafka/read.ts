// Reads some records outside any consumer group's progress. kafkajs fetches only as a member, so one joins for it.
import { randomUUID } from 'node:crypto'
import type { LogRecord } from '../log.ts'
import { within } from '../shared/waiting.ts'
import { createKafka, type KafkaAddress, unavailable } from './connection.ts'
import { fetchLimits } from './member.ts'
import { toRecords } from './records.ts'

/** Brokers may let a new group wait 3 s for members (group.initial.rebalance.delay.ms). */
const readWithinMs = 15_000

export interface Span {
  topic: string
  partition: number
  /** From `first` up to, not including, `end`; the log holds both ends. */
  first: number
  end: number
}

/** At least one record of the span, at most `limit`. Rejects with `LogUnavailable`. */
export async function readRecords(address: KafkaAddress, span: Span, limit: number): Promise<LogRecord[]> {
  const { topic, partition, first, end } = span
  // kafkajs remembers every group of a Kafka object for good, so this one has an object of its own.
  const client = createKafka(address).consumer({
    groupId: `read-${randomUUID()}`,
    ...fetchLimits,
    allowAutoTopicCreation: false,
  })
  const done = Promise.withResolvers<void>()
  let records: LogRecord[] = []
  client.on(client.events.CRASH, ({ payload }) => {
    if (!payload.restart) done.reject(payload.error)
  })
  client.on(client.events.GROUP_JOIN, ({ payload }) => {
    const others = payload.memberAssignment[topic]?.filter((other) => other !== partition) ?? []
    client.pause([{ topic, partitions: others }])
    client.seek({ topic, partition, offset: String(first) })
    records = []
  })

  async function consume(): Promise<void> {
    await client.connect()
    await client.subscribe({ topic, fromBeginning: true })
    await client.run({
      autoCommit: false,
      async eachBatch({ batch }) {
        records = records.concat(toRecords([batch]))
        if (records.length >= limit || Number(batch.lastOffset()) >= end - 1) done.resolve()
      },
    })
  }

  const started = consume().catch(done.reject)
  try {
    await within(readWithinMs, done.promise, () => new Error(`no record within ${readWithinMs / 1000} s`))
  } catch (error) {
    throw unavailable(error)
  } finally {
    // A client that is told to disconnect while it connects goes on all the same.
    started.then(() => client.disconnect()).catch(() => undefined)
  }
  return records.slice(0, limit)
}
