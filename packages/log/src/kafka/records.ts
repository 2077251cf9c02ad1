// Converts records between the form of kafkajs and the form of the log.
import type { Batch, IHeaders, Message } from 'kafkajs'
import type { LogRecord, NewRecord } from '../log.ts'

/** The partition is fixed here: kafkajs would choose another one when it tries again. */
export const toMessage = ({ key, value, headers }: NewRecord, partition: number): Message => ({
  key,
  value: Buffer.from(value.buffer, value.byteOffset, value.byteLength),
  partition,
  ...(headers && { headers }),
})

export const firstOffset = ({ messages }: Batch): number => Number(messages[0]?.offset)
export const lastOffset = ({ messages }: Batch): number => Number(messages.at(-1)?.offset)

/** The records of batches that follow each other, each of at least one message. */
export function toRecords(batches: readonly Batch[]): LogRecord[] {
  const records: LogRecord[] = []
  let lastTimestamp = ''
  let receivedAt = Number.NaN
  for (const { messages } of batches) {
    for (const { offset, key, value, timestamp, headers } of messages) {
      // Messages that were appended together share a timestamp, which takes longer to parse than the rest of a record.
      if (timestamp !== lastTimestamp) {
        lastTimestamp = timestamp
        receivedAt = Number(timestamp)
      }
      records.push({ offset: Number(offset), key, value, receivedAt, headers: toTexts(headers) })
    }
  }
  return records
}

/** Kafka allows several values for one header; the last one counts. */
function toTexts(headers: IHeaders = {}): Record<string, string> {
  const texts: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    texts[name] = String((Array.isArray(value) ? value.at(-1) : value) ?? '')
  }
  return texts
}
