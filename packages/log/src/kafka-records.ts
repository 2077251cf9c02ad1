// Records as kafkajs has them, and as the log has them.
import type { Batch, KafkaMessage, Message } from 'kafkajs'
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
  const records = messages.map((message) => {
    // Records that came together have one time.
    if (message.timestamp !== timestamp) {
      timestamp = message.timestamp
      receivedAt = Number(timestamp)
    }
    return new KafkaRecord(message, receivedAt)
  })
  return { partition, records, end: Number(highWatermark) }
}

/** Key and value are cut out of what was fetched when they are asked for: a batch is long, and few are looked at at a time. */
class KafkaRecord implements LogRecord {
  readonly offset: number
  readonly receivedAt: number
  readonly #message: KafkaMessage

  constructor(message: KafkaMessage, receivedAt: number) {
    this.offset = Number(message.offset)
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
