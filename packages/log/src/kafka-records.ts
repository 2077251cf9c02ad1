// Records as kafkajs has them, and as the log has them.
import type { Batch, IHeaders, Message } from 'kafkajs'
import type { LogRecord, NewRecord, RecordBatch } from './log.ts'

/** The partition is fixed here: kafkajs would choose another one when it tries again. */
export const toMessage = ({ key, value, headers }: NewRecord, partition: number): Message => ({
  key,
  value: Buffer.from(value.buffer, value.byteOffset, value.byteLength),
  partition,
  ...(headers && { headers }),
})

/** Takes a batch of at least one message. */
export function toRecordBatch({ partition, messages, highWatermark }: Batch): RecordBatch {
  let timestamp = ''
  let receivedAt = Number.NaN
  const records = messages.map((message): LogRecord => {
    // Records that came together have one time.
    if (message.timestamp !== timestamp) {
      timestamp = message.timestamp
      receivedAt = Number(timestamp)
    }
    const { offset, key, value, headers } = message
    return { offset: Number(offset), key, value, receivedAt, headers: toHeaders(headers) }
  })
  return { partition, records, end: Number(highWatermark) }
}

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
