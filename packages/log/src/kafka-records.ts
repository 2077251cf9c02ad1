// Records as kafkajs has them, and as the log has them.
import type { Batch, IHeaders, KafkaMessage, Message } from 'kafkajs'
import type { LogRecord, NewRecord, RecordBatch } from './log.ts'

/** The partition is fixed here: kafkajs would choose another one when it tries again. */
export const toMessage = ({ key, value, headers }: NewRecord, partition: number): Message => ({
  key,
  value: Buffer.from(value.buffer, value.byteOffset, value.byteLength),
  partition,
  ...(headers && { headers }),
})

/** Takes a batch of at least one message. */
export const toRecordBatch = ({ partition, messages, highWatermark }: Batch): RecordBatch => ({
  partition,
  records: messages.map(toRecord),
  end: Number(highWatermark),
})

const toRecord = ({ offset, key, value, timestamp, headers }: KafkaMessage): LogRecord => ({
  offset: Number(offset),
  key,
  value,
  receivedAt: Number(timestamp),
  headers: toHeaders(headers),
})

/** Readings have none, and there are many. */
const noHeaders: Record<string, string> = Object.freeze({})

function toHeaders(headers: IHeaders | undefined): Record<string, string> {
  let texts = noHeaders
  for (const name in headers) {
    const value = headers[name]
    if (texts === noHeaders) texts = {}
    texts[name] = String((Array.isArray(value) ? value.at(-1) : value) ?? '')
  }
  return texts
}
