// Hostile records straight into Kafka, past the bridge: bytes, keys, headers and partitions that no service of ours writes.
import assert from 'node:assert/strict'
import { CompressionTypes, Kafka, type KafkaJSProtocolError, logLevel, type Message, Partitioners } from 'kafkajs'
import type { Ledger } from '../ledger.ts'
import type { Random } from '../random.ts'
import { count, type StormFigures } from './figures.ts'
import type { HostileMessage } from './messages.ts'
import { badIds, notes } from './texts.ts'

export interface KafkaStormOptions {
  kafka: Kafka
  topic: string
  partitions: number
  next(): HostileMessage
  patients: readonly string[]
  random: Random
  ledger: Ledger
  records: number
}

/** A client of the test's own. */
export const connectKafka = (brokers: string): Kafka =>
  new Kafka({ brokers: [brokers], clientId: 'hostile', logLevel: logLevel.NOTHING, retry: { retries: 2 } })

const recordsAtOnce = 250
/** Far below what Kafka takes for one partition. */
const bytesAtOnce = 500_000

/** Produces so many records, in batches, and some that Kafka itself must refuse. */
export async function stormKafka(options: KafkaStormOptions): Promise<StormFigures> {
  const { kafka, topic, random, ledger, records } = options
  const figures: StormFigures = { inputs: 0, outcomes: new Map() }
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, allowAutoTopicCreation: false })
  await producer.connect()
  try {
    while (figures.inputs < records) {
      const messages: Message[] = []
      for (let bytes = 0; messages.length < recordsAtOnce && bytes < bytesAtOnce; ) {
        const message = createRecord(options)
        messages.push(message)
        bytes += (message.value?.length ?? 0) + (message.key?.length ?? 0)
      }
      const compression = random.chance(0.3) ? CompressionTypes.GZIP : CompressionTypes.None
      await producer.send({ topic, acks: -1, messages, compression })
      for (const { value } of messages) ledger.acknowledged(Buffer.from(value ?? ''))
      figures.inputs += messages.length
      for (const { key } of messages) count(figures.outcomes, key === null ? 'without key' : 'with key')
    }
    for (const size of [70_000, 500_000, 899_000, 1_040_000]) {
      const value = Buffer.alloc(size, random.pick(['"', '[', '\0', '\u00ff']))
      await producer.send({ topic, acks: -1, messages: [{ key: random.pick(options.patients), value }] })
      ledger.acknowledged(value)
      figures.inputs++
      count(figures.outcomes, 'huge')
    }
    await assert.rejects(
      producer.send({ topic, acks: -1, messages: [{ key: 'p', value: Buffer.alloc(10_000_000, 'x') }] }),
      (error: KafkaJSProtocolError) => error.type === 'MESSAGE_TOO_LARGE',
    )
    figures.inputs++
    count(figures.outcomes, 'refused by Kafka')
  } finally {
    await producer.disconnect()
  }
  return figures
}

function createRecord({ next, patients, partitions, random }: KafkaStormOptions): Message {
  const { bytes } = next()
  return {
    value: random.chance(0.01) ? null : bytes,
    key: createKey(patients, random),
    ...(random.chance(0.2) ? { partition: random.integer(0, partitions - 1) } : {}),
    ...(random.chance(0.2) ? { headers: createHeaders(random) } : {}),
  }
}

function createKey(patients: readonly string[], random: Random): string | Buffer | null {
  const kind = random.integer(1, 100)
  if (kind <= 40) return null
  if (kind <= 80) return random.pick(patients)
  if (kind <= 95) return random.pick(badIds)
  if (kind <= 98) return Buffer.from([0xff, 0xfe, random.integer(0, 255)])
  return 'k'.repeat(random.pick([1024, 20_000]))
}

function createHeaders(random: Random): Record<string, string | Buffer> {
  const names = [
    '__proto__',
    'constructor',
    'reason',
    'source_partition',
    'source_offset',
    'omitted_bytes',
    'replay_of',
    '',
  ]
  const values = ['', '-1', '999999999', 'none', Buffer.from([0xff, 0]), ...notes]
  return Object.fromEntries(
    Array.from({ length: random.integer(1, 4) }, () => [random.pick(names), random.pick(values)]),
  )
}
