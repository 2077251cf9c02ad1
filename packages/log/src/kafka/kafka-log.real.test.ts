import { randomUUID } from 'node:crypto'
import { createLogger } from '@health/runtime'
import { type FaultyProxy, openProxy } from '@health/runtime/testing'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { contractTopicPrefix, describeLog } from '../contract/contract.ts'
import { type Consumer, type EventLog, type LogRecord, LogUnavailable, TopicMismatch } from '../log.ts'
import { type KafkaLogOptions, openKafkaLog } from './kafka-log.ts'
import { fetchLimits } from './member.ts'

const broker = firstBroker()
const admin = new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING }).admin()

beforeAll(() => admin.connect())
afterAll(async () => {
  const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(contractTopicPrefix))
  if (topics.length > 0) await admin.deleteTopics({ topics })
  await admin.disconnect()
})

const open = (options: Partial<KafkaLogOptions> = {}): Promise<EventLog> =>
  openKafkaLog({
    brokers: [broker],
    topics: [],
    partitions: 3,
    clientId: 'test',
    logger: createLogger('silent'),
    ...options,
  })

describeLog('Kafka', async () => ({ log: await open(), another: open }))

describe('the log on Kafka', () => {
  let topic: string
  const logs: EventLog[] = []

  beforeEach(() => {
    topic = `${contractTopicPrefix}${randomUUID()}`
  })
  afterEach(() => Promise.all(logs.splice(0).map((log) => log.close())))

  async function openHere(options: Partial<KafkaLogOptions> = {}): Promise<EventLog> {
    const log = await open({ topics: [topic], partitions: 1, ...options })
    logs.push(log)
    return log
  }

  const append = (log: EventLog, ...values: string[]) =>
    log.append(
      topic,
      values.map((value) => ({ key: 'p001', value: Buffer.from(value) })),
    )

  const subscribe = (log: EventLog, consumer: Consumer) => log.subscribe(topic, `group-${randomUUID()}`, consumer)

  const stored = async (log: EventLog) => (await log.read(topic, 0, 0, 1000)).map(text)

  describe('a topic', () => {
    test('is made with the log’s own clock and a week’s retention', async () => {
      await openHere()
      const { resources } = await admin.describeConfigs({
        resources: [{ type: 2, name: topic, configNames: ['message.timestamp.type', 'retention.ms'] }],
        includeSynonyms: false,
      })
      const entries = resources[0]?.configEntries.map(({ configName, configValue }) => [configName, configValue])
      expect(Object.fromEntries(entries ?? [])).toEqual({
        'message.timestamp.type': 'LogAppendTime',
        'retention.ms': '604800000',
      })
    })

    test('of another number of partitions is refused, with what mends it', async () => {
      await openHere({ partitions: 2 })
      await expect(open({ topics: [topic], partitions: 3 })).rejects.toThrow(TopicMismatch)
      await expect(open({ topics: [topic], partitions: 3 })).rejects.toThrow(/KAFKA_PARTITIONS=2/)
    })

    test('whose times are its senders’ is refused, with what mends it', async () => {
      await admin.createTopics({ topics: [{ topic, numPartitions: 1 }] })
      await expect(open({ topics: [topic], partitions: 1 })).rejects.toThrow(TopicMismatch)
      await expect(open({ topics: [topic], partitions: 1 })).rejects.toThrow(
        /--add-config message.timestamp.type=LogAppendTime/,
      )
    })

    test('that is refused later fails the subscription', async () => {
      await openHere({ partitions: 2 })
      const log = await openHere({ topics: [], partitions: 3 })
      const subscription = await subscribe(log, aCollector().consumer)
      await expect(subscription.failed).rejects.toThrow(TopicMismatch)
    })

    test('that was made anew fails the subscription', async () => {
      const log = await openHere()
      await append(log, '1', '2')
      const seen = aCollector({ startAt: async () => (seen.values().length === 0 ? null : 2) })
      const subscription = await subscribe(log, seen.consumer)
      await vi.waitFor(() => expect(seen.values()).toEqual(['1', '2']))
      await admin.deleteTopics({ topics: [topic] })
      await append(await openHere(), 'new')
      await expect(subscription.failed).rejects.toThrow(/made anew/)
      expect(seen.values()).toEqual(['1', '2'])
    })
  })

  test('tells a subscriber of records that were deleted while it was busy', async () => {
    const log = await openHere()
    await append(log, '0')
    const release = Promise.withResolvers<void>()
    const gaps: { position: number; low: number }[] = []
    const seen = aCollector({ onBatch: () => release.promise, onGap: async (gap) => void gaps.push(gap) })
    await subscribe(log, seen.consumer)
    await vi.waitFor(() => expect(seen.values()).toEqual(['0']))
    // So long that no fetch, made while it is busy, holds all of them.
    const long = (i: number) => String(i).padEnd(fetchLimits.maxBytesPerPartition / 2)
    for (let i = 1; i < 10; i++) await append(log, long(i))
    // The admin client learns of the topic by this.
    await admin.fetchTopicOffsets(topic)
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '9' }] })
    release.resolve()
    await vi.waitFor(() => expect(seen.values().at(-1)?.trimEnd()).toBe('9'))
    const read = seen.values().length - 1
    expect(gaps).toEqual([{ partition: 0, position: read, low: 9 }])
  })

  test('takes a backlog in many partitions, without losing or repeating a record', async () => {
    const log = await openHere({ partitions: 7 })
    const values = Array.from({ length: 20_000 }, (_, i) => String(i))
    await log.append(
      topic,
      values.map((value) => ({ key: `patient-${Number(value) % 50}`, value: Buffer.from(value) })),
    )
    const seen = aCollector()
    await subscribe(log, seen.consumer)
    await vi.waitFor(() => expect(seen.values().length).toBeGreaterThanOrEqual(values.length))
    expect(new Set(seen.values())).toEqual(new Set(values))
    expect(seen.values()).toHaveLength(values.length)
  })

  describe('when Kafka is away', () => {
    let proxy: FaultyProxy

    beforeEach(async () => {
      const [host = '', port = ''] = broker.split(':')
      proxy = await openProxy({ host, port: Number(port), rewrite: (reply, own) => movePort(reply, Number(port), own) })
    })
    afterEach(() => proxy.close())

    const openThrough = () => openHere({ brokers: [`127.0.0.1:${proxy.port}`] })

    test('opens all the same, says so, and begins when it comes', async () => {
      proxy.cut()
      const log = await openThrough()
      const seen = aCollector()
      const subscription = await subscribe(log, seen.consumer)
      expect(subscription.waitingFor()).toMatch(/Kafka at/)
      await expect(append(log, 'early')).rejects.toThrow(LogUnavailable)
      proxy.mend()
      await vi.waitFor(() => append(log, '1'))
      await vi.waitFor(() => expect(seen.values()).toEqual(['1']))
      expect(subscription.waitingFor()).toBeNull()
    })

    test('waits for a name that is not known yet', async () => {
      const log = await openHere({ brokers: ['kafka.invalid:9092'] })
      const subscription = await subscribe(log, aCollector().consumer)
      expect(subscription.waitingFor()).toMatch(/Kafka at/)
      await expect(append(log, '1')).rejects.toThrow(LogUnavailable)
      await expect(log.ranges(topic)).rejects.toThrow(LogUnavailable)
    })

    test('refuses to append while it is cut off, and goes on afterwards', async () => {
      const log = await openThrough()
      const seen = aCollector({ startAt: async () => seen.values().length })
      const subscription = await subscribe(log, seen.consumer)
      await append(log, '1')
      await vi.waitFor(() => expect(seen.values()).toEqual(['1']))
      proxy.cut()
      await expect(append(log, 'lost')).rejects.toThrow(LogUnavailable)
      await vi.waitFor(() => expect(subscription.waitingFor()).toMatch(/Kafka at/))
      proxy.mend()
      await append(log, '2')
      await vi.waitFor(() => expect(seen.values()).toEqual(['1', '2']))
      expect(subscription.waitingFor()).toBeNull()
    })

    test('notices that its connections are half open, and opens others', async () => {
      const log = await openThrough()
      const seen = aCollector({ startAt: async () => seen.values().length })
      const subscription = await subscribe(log, seen.consumer)
      await append(log, '1')
      await vi.waitFor(() => expect(seen.values()).toEqual(['1']))
      proxy.silence()
      await expect(append(log, 'lost')).rejects.toThrow(LogUnavailable)
      await vi.waitFor(() => expect(subscription.waitingFor()).toMatch(/Kafka at/))
      proxy.mend()
      await append(log, '2')
      await vi.waitFor(() => expect(seen.values()).toEqual(['1', '2']))
    })

    test('stores a record once whose acknowledgement was cut off, when it is sent again in the same call', async () => {
      const log = await openThrough()
      await append(log, '1')
      const cutOff = proxy.cutAtReply()
      const appended = append(log, '2')
      await cutOff
      proxy.mend()
      await appended
      expect(await stored(log)).toEqual(['1', '2'])
    })

    test('never takes other records for those whose fate is unknown', async () => {
      const log = await openThrough()
      await append(log, '1')
      proxy.cutAtReply()
      await expect(append(log, 'unknown')).rejects.toThrow(LogUnavailable)
      proxy.mend()
      await append(log, '2')
      await append(log, '3')
      expect((await stored(log)).filter((value) => value !== 'unknown')).toEqual(['1', '2', '3'])
    })

    test('stops without waiting for it', async () => {
      const log = await openThrough()
      const subscription = await subscribe(log, aCollector().consumer)
      await vi.waitFor(() => expect(subscription.waitingFor()).toBeNull())
      proxy.silence()
      await subscription.stop()
    })
  })
})

const text = ({ value }: LogRecord): string => Buffer.from(value ?? []).toString()

/** A consumer that keeps what it is given, before it does what `behaviour` says. */
function aCollector(behaviour: Partial<Consumer> = {}) {
  const seen: string[] = []
  const consumer: Consumer = {
    startAt: async () => null,
    ...behaviour,
    async onBatch(batch) {
      seen.push(...batch.records.map(text))
      await behaviour.onBatch?.(batch)
    },
  }
  return { consumer, values: () => seen }
}

/** Kafka tells its clients where its brokers are: a host, then the port as 32 bits. */
function movePort(reply: Buffer, from: number, to: number): Buffer {
  const host = Buffer.from(broker.slice(0, broker.indexOf(':')))
  const address = Buffer.concat([host, Buffer.alloc(4)])
  address.writeInt32BE(from, host.length)
  for (let at = reply.indexOf(address); at !== -1; at = reply.indexOf(address, at + 1)) {
    reply.writeInt32BE(to, at + host.length)
  }
  return reply
}

function firstBroker(): string {
  const brokers = process.env['KAFKA_BROKERS']
  if (brokers === undefined) throw new Error('These tests need KAFKA_BROKERS, the address of a real Kafka.')
  return brokers.split(',')[0] ?? ''
}
