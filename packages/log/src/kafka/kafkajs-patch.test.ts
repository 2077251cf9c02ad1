// Tests what patches/kafkajs.patch changes: written bytes against a plain account of Kafka's format, reads against writes.
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import fc from 'fast-check'
import type { Batch, KafkaMessage } from 'kafkajs'
import { expect, test } from 'vitest'

interface Encoder {
  writeVarInt(value: number): Encoder
  writeUVarInt(value: number): Encoder
  writeVarLong(value: number): Encoder
  writeVarIntBytes(value: Buffer | null): Encoder
  readonly buffer: Buffer
}
interface EncoderClass {
  new (initialSize?: number): Encoder
  sizeOfVarInt(value: number): number
  sizeOfVarLong(value: number): number
}

const require = createRequire(import.meta.url)
const KafkaEncoder: EncoderClass = require('kafkajs/src/protocol/encoder')
const groupMessagesPerPartition = require('kafkajs/src/producer/groupMessagesPerPartition')
const Decoder: new (buffer: Buffer) => { readVarInt(): number } = require('kafkajs/src/protocol/decoder')
const decodeRecord: (
  decoder: object,
  context: object,
) => KafkaMessage = require('kafkajs/src/protocol/recordBatch/record/v0/decoder')
const FetchedBatch: new (
  topic: string,
  fetchedOffset: string,
  partition: object,
) => Batch = require('kafkajs/src/consumer/batch')
const encodeRecord: (record: object) => Encoder = require('kafkajs/src/protocol/recordBatch/record/v0')

/** Seven bits a byte, the lowest first; all but the last with the top bit set. */
function varint(value: bigint): number[] {
  const bytes: number[] = []
  let left = value
  for (; left > 127n; left >>= 7n) bytes.push(Number(left & 127n) | 128)
  return [...bytes, Number(left)]
}

const zigZag = (value: number): bigint => {
  const big = BigInt(value)
  return big < 0n ? -2n * big - 1n : 2n * big
}

const int32 = fc.oneof(
  fc.integer(),
  fc.constantFrom(0, -1, 63, 64, -64, -65, 2 ** 30 - 1, 2 ** 30, -(2 ** 30), 2 ** 31 - 1, -(2 ** 31)),
)
const room = fc.integer({ min: 1, max: 20 })

test('patches/kafkajs.patch is the concatenation of patches/kafkajs/*.patch', () => {
  const patches = new URL('../../../../patches/', import.meta.url)
  const sources = readdirSync(new URL('kafkajs/', patches)).sort()
  const texts = sources.map((name) => readFileSync(new URL(`kafkajs/${name}`, patches), 'utf8'))
  expect(readFileSync(new URL('kafkajs.patch', patches), 'utf8')).toBe(texts.join(''))
})

test('numbers are written as Kafka reads them, whatever room there is', () => {
  const property = fc.property(int32, fc.maxSafeInteger(), room, (value, long, initialSize) => {
    const written = (write: (encoder: Encoder) => Encoder) => [...write(new KafkaEncoder(initialSize)).buffer]
    expect(written((encoder) => encoder.writeVarInt(value))).toEqual(varint(zigZag(value)))
    expect(written((encoder) => encoder.writeUVarInt(Math.abs(value)))).toEqual(varint(BigInt(Math.abs(value))))
    for (const number of [value, long]) {
      expect(written((encoder) => encoder.writeVarLong(number))).toEqual(varint(zigZag(number)))
      expect(KafkaEncoder.sizeOfVarLong(number)).toBe(varint(zigZag(number)).length)
    }
  })
  fc.assert(property)
})

test('a record is its length and its parts, and nothing of what the memory held before', () => {
  const bytes = fc.option(fc.uint8Array({ maxLength: 400 }).map((array) => Buffer.from(array)))
  const property = fc.property(bytes, bytes, fc.nat(1e6), fc.nat(1e6), (key, value, offsetDelta, timestampDelta) => {
    const part = (field: Buffer | null) => (field === null ? [1] : [...varint(zigZag(field.length)), ...field])
    const body = [0, ...varint(zigZag(timestampDelta)), ...varint(zigZag(offsetDelta)), ...part(key), ...part(value), 0]
    const record = encodeRecord({ key, value, offsetDelta, timestampDelta })
    expect([...record.buffer]).toEqual([...varint(zigZag(body.length)), ...body])
  })
  fc.assert(property)
})

test('messages are grouped by partition, in their order', () => {
  const messages = Array.from({ length: 100 }, (_, i) => ({ value: i }))
  const partitioner = ({ message }: { message: { value: number } }) => message.value % 3
  const groups = groupMessagesPerPartition({ topic: 't', partitionMetadata: [{}], messages, partitioner })
  for (const partition of [0, 1, 2]) {
    expect(groups[partition]).toEqual(messages.filter(({ value }) => value % 3 === partition))
  }
})

test('records are read as they were written, one behind the other', () => {
  const bytes = fc.option(fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array)))
  const headers = fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.string(), {
    maxKeys: 3,
    noNullPrototype: true,
  })
  const record = fc.record({ key: bytes, value: bytes, headers, offsetDelta: fc.nat(1e6), timestampDelta: fc.nat(1e6) })
  const property = fc.property(fc.array(record, { minLength: 1, maxLength: 5 }), fc.nat(2 ** 40), (records, first) => {
    const decoder = new Decoder(Buffer.concat(records.map((each) => encodeRecord(each).buffer)))
    const context = { firstOffset: String(first), firstTimestamp: '1000', magicByte: 2 }
    for (const { key, value, headers, offsetDelta, timestampDelta } of records) {
      decoder.readVarInt()
      const read = decodeRecord(decoder, context)
      const texts = Object.entries(read.headers ?? {}).map(([name, text]) => [name, String(text)])
      expect([read.key, read.value]).toEqual([key, value])
      expect(Object.fromEntries(texts)).toEqual(headers)
      expect([read.offset, read.timestamp]).toEqual([String(first + offsetDelta), String(1000 + timestampDelta)])
    }
  })
  fc.assert(property)
})

test('a batch gives what was asked for, and none of what Kafka notes between the records', () => {
  const message = fc.record({ step: fc.integer({ min: 1, max: 3 }), isControlRecord: fc.boolean() })
  const property = fc.property(fc.array(message, { maxLength: 20 }), fc.nat(30), (given, fetchedOffset) => {
    let offset = 0
    const messages = given.map(({ step, isControlRecord }) => {
      offset += step
      return { offset: String(offset), isControlRecord }
    })
    const partition = { partition: 0, highWatermark: String(offset + 1), abortedTransactions: [], messages }
    expect(new FetchedBatch('t', String(fetchedOffset), partition).messages).toEqual(
      messages.filter((each) => Number(each.offset) >= fetchedOffset && !each.isControlRecord),
    )
  })
  fc.assert(property)
})
