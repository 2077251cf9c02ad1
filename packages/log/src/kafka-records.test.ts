import type { Batch, KafkaMessage } from 'kafkajs'
import { expect, test } from 'vitest'
import { toRecords } from './kafka-records.ts'

test('a message of kafkajs becomes a record whose offset and time are numbers', () => {
  const [key, value] = [Buffer.from('p001'), Buffer.from('{}')]
  const message: KafkaMessage = { key, value, offset: '7', timestamp: '1000', attributes: 0, headers: {} }
  const [record] = toRecords([{ messages: [message] } as unknown as Batch])
  expect(record).toMatchObject({ offset: 7, receivedAt: 1000, key, value })
})
