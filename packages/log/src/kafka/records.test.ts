import type { Batch, IHeaders, KafkaMessage } from 'kafkajs'
import { expect, test } from 'vitest'
import { toRecords } from './records.ts'

const [key, value] = [Buffer.from('p001'), Buffer.from('{}')]

const aMessage = (offset: string, timestamp: string, headers: IHeaders = {}): KafkaMessage => ({
  key,
  value,
  offset,
  timestamp,
  attributes: 0,
  headers,
})
const aBatch = (...messages: KafkaMessage[]) => ({ messages }) as Batch

test('kafkajs batches become plain records, whose offsets and times are numbers', () => {
  const batches = [aBatch(aMessage('7', '1000'), aMessage('9', '1000')), aBatch(aMessage('10', '1001'))]
  expect(toRecords(batches)).toStrictEqual([
    { offset: 7, key, value, receivedAt: 1000, headers: {} },
    { offset: 9, key, value, receivedAt: 1000, headers: {} },
    { offset: 10, key, value, receivedAt: 1001, headers: {} },
  ])
})

test('headers become texts, and the last of several values counts', () => {
  const headers = { reason: Buffer.from('empty'), twice: [Buffer.from('a'), 'b'], none: undefined }
  const [record] = toRecords([aBatch(aMessage('7', '1000', headers))])
  expect(record?.headers).toEqual({ reason: 'empty', twice: 'b', none: '' })
})
