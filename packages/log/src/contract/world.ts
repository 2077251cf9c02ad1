// What the tests of the contract work with: the log under test, names of their own, and consumers that keep what they get.
import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll } from 'vitest'
import type { Consumer, EventLog, LogRecord, NewRecord, Subscription } from '../log.ts'

/** A log with at least two partitions, and the way to open it once more, as another process would. */
export interface OpenedLog {
  log: EventLog
  another(): Promise<EventLog>
}

export interface LogWorld {
  /** What one test works with: a topic and a group of its own. */
  begin(): {
    log: EventLog
    topic: string
    group: string
    /** The same log, opened as another process would; closed after the test. */
    another(): Promise<EventLog>
    /** Stopped after the test. */
    subscribe(consumer: Consumer, at?: EventLog, as?: string): Promise<Subscription>
    appendAll(...values: string[]): Promise<void>
    everything(at?: EventLog): Promise<LogRecord[]>
  }
}

/** Topics of these tests begin so. */
export const contractTopicPrefix = 'contract-'

/** To be called inside of `describe`; `open` is called once. */
export function createLogWorld(open: () => Promise<OpenedLog>): LogWorld {
  let opened: OpenedLog
  const subscriptions: Subscription[] = []
  const others: EventLog[] = []
  beforeAll(async () => {
    opened = await open()
  })
  afterAll(() => opened.log.close())
  afterEach(async () => {
    await Promise.all(subscriptions.splice(0).map((subscription) => subscription.stop()))
    await Promise.all(others.splice(0).map((other) => other.close()))
  })

  return {
    begin() {
      const { log } = opened
      const topic = `${contractTopicPrefix}${randomUUID()}`
      const group = `group-${randomUUID()}`
      return {
        log,
        topic,
        group,
        async another() {
          const other = await opened.another()
          others.push(other)
          return other
        },
        async subscribe(consumer, at = log, as = group) {
          const subscription = await at.subscribe(topic, as, consumer)
          subscriptions.push(subscription)
          return subscription
        },
        appendAll: (...values) =>
          log.append(
            topic,
            values.map((value) => aRecord({ value })),
          ),
        async everything(at = log) {
          const ranges = await at.ranges(topic)
          const parts = ranges.map(({ partition, low, end }) =>
            end > low ? at.read(topic, partition, low, 10_000) : [],
          )
          return (await Promise.all(parts)).flat()
        },
      }
    },
  }
}

export const aRecord = ({ key = 'p001', value = 'value' } = {}): NewRecord => ({ key, value: Buffer.from(value) })
export const text = ({ value }: LogRecord): string => Buffer.from(value ?? []).toString()
export const keyOf = ({ key }: LogRecord): string | null => (key === null ? null : Buffer.from(key).toString())
export const ofKey = (records: LogRecord[], key: string) => records.filter((record) => keyOf(record) === key)

export const endOf = async (log: EventLog, topic: string): Promise<number> =>
  Math.max(...(await log.ranges(topic)).map(({ end }) => end))

/** A key whose partition is still empty. */
export async function aKeyElsewhere(log: EventLog, topic: string): Promise<string> {
  for (let i = 0; ; i++) {
    const before = await log.ranges(topic)
    await log.append(topic, [aRecord({ key: `key-${i}`, value: 'probe' })])
    const after = await log.ranges(topic)
    if (after.some(({ end }, p) => end === 1 && before[p]?.end === 0)) return `key-${i}`
  }
}

/** A consumer that keeps what it is given, before it does what `behaviour` says. */
export function aCollector(behaviour: Partial<Consumer> = {}) {
  const batches: Parameters<Consumer['onBatch']>[0][] = []
  const consumer: Consumer = {
    startAt: async () => null,
    ...behaviour,
    async onBatch(batch) {
      batches.push(batch)
      await behaviour.onBatch?.(batch)
    },
  }
  return {
    consumer,
    batches,
    values: () => batches.flatMap(({ records }) => records.map(text)),
    /** The partition of the first batch. */
    partition: () => batches[0]?.partition ?? -1,
  }
}
