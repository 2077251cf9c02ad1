// Records as kafkajs has them, and as the log has them.
import type { Batch, KafkaMessage, Message } from 'kafkajs'
import type { LogRecord, NewRecord } from './log.ts'

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
  for (const batch of batches) pushRecords(records, batch)
  return records
}

function pushRecords(records: LogRecord[], batch: Batch): void {
  const { messages } = batch
  const first = firstOffset(batch)
  // Each offset is a text until it is a number; nearly always they have no hole.
  const isWhole = lastOffset(batch) - first === messages.length - 1
  let timestamp = ''
  let receivedAt = Number.NaN
  messages.forEach((message, i) => {
    // Records that came together have one time.
    if (message.timestamp !== timestamp) {
      timestamp = message.timestamp
      receivedAt = Number(timestamp)
    }
    records.push(new KafkaRecord(message, isWhole ? first + i : Number(message.offset), receivedAt))
  })
}

/**
 * Key, value and headers are made of what was fetched when they are asked for: a batch is long, and few are looked at at a time.
 * So a copy by `{ ...record }` would have none of them.
 */
class KafkaRecord implements LogRecord {
  readonly offset: number
  readonly receivedAt: number
  readonly #message: KafkaMessage

  constructor(message: KafkaMessage, offset: number, receivedAt: number) {
    this.offset = offset
    this.receivedAt = receivedAt
    this.#message = message
  }

  get key(): Uint8Array | null {
    return this.#message.key
  }

  get value(): Uint8Array | null {
    return this.#message.value
  }

  get headers(): Record<string, string> {
    const texts: Record<string, string> = {}
    for (const [name, value] of Object.entries(this.#message.headers ?? {})) {
      texts[name] = String((Array.isArray(value) ? value.at(-1) : value) ?? '')
    }
    return texts
  }
}
