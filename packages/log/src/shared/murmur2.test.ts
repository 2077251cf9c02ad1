import fc from 'fast-check'
import { type Message, Partitioners, type PartitionMetadata } from 'kafkajs'
import { expect, test } from 'vitest'
import { createPartitioner, murmur2 } from './murmur2.ts'

// From Kafka's own UtilsTest.testMurmur2.
test.each([
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
])('the hash of %s is that of Kafka', (text, hash) => {
  expect(murmur2(Buffer.from(text))).toBe(hash)
})

test('a key has the partition that kafkajs gives it', () => {
  const kafkajs = Partitioners.DefaultPartitioner()
  const metadata = (count: number) =>
    Array.from(
      { length: count },
      (_, partitionId): PartitionMetadata => ({
        partitionId,
        partitionErrorCode: 0,
        leader: 1,
        replicas: [1],
        isr: [1],
      }),
    )
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 12 }), (key, count) => {
      const message: Message = { key, value: null }
      expect(createPartitioner(count)(key)).toBe(kafkajs({ topic: 't', partitionMetadata: metadata(count), message }))
    }),
  )
})

test('records without a key take turns', () => {
  const partitionOf = createPartitioner(3)
  expect([null, null, null, null].map(partitionOf)).toEqual([0, 1, 2, 0])
})
