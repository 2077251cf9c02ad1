// Holds what patches/kafkajs.patch changes of writing equal to a plain account of Kafka's format.
import { createRequire } from 'node:module'
import fc from 'fast-check'
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
  fc.assert(property, { numRuns: 1000 })
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
