// Groups appends into requests: what is asked for while one is under way goes together into the next.
import { setImmediate } from 'node:timers/promises'
import { maxRecordBytes, type NewRecord } from '../log.ts'

/** Below Kafka's limit of 1 MiB for what one partition gets at a time. */
const maxRequestBytes = 1_000_000
/** Lengths and deltas around a record. */
const framingBytes = 64

export interface AppendQueue {
  /** As `EventLog.append`. Calls are written in the order in which they were made. */
  append(records: readonly NewRecord[]): Promise<void>
  /** Resolves when nothing waits. */
  drained(): Promise<void>
}

/** Some consecutive records of one call. */
interface Part {
  records: readonly NewRecord[]
  bytes: number
  done: PromiseWithResolvers<void>
}

/** `write` makes its records durable or rejects; it is never called while another call is under way. */
export function createAppendQueue(write: (records: readonly NewRecord[]) => Promise<void>): AppendQueue {
  const waiting: Part[] = []
  let emptying: Promise<void> | null = null

  async function empty(): Promise<void> {
    while (waiting.length > 0) {
      // Everybody who has something to append gets his turn before the request is closed.
      await setImmediate()
      const parts = takeRequest(waiting)
      try {
        await write(parts.flatMap((part) => part.records))
        for (const part of parts) part.done.resolve()
      } catch (error) {
        // What waits behind would wait as long in vain, or overtake the records of its own call.
        for (const part of [...parts, ...waiting.splice(0)]) part.done.reject(error)
      }
    }
    emptying = null
  }

  return {
    async append(records) {
      const parts = split(records)
      if (parts.length === 0) return
      waiting.push(...parts)
      emptying ??= empty()
      await Promise.all(parts.map((part) => part.done.promise))
    },
    async drained() {
      await emptying
    },
  }
}

function split(records: readonly NewRecord[]): Part[] {
  const parts: Part[] = []
  let from = 0
  let bytes = 0
  const close = (to: number) => {
    if (to > from) parts.push({ records: records.slice(from, to), bytes, done: Promise.withResolvers() })
    from = to
    bytes = 0
  }
  for (const [i, record] of records.entries()) {
    const length = recordBytes(record)
    if (length > maxRecordBytes) throw new RangeError(`A record of ${length} bytes is longer than ${maxRecordBytes}.`)
    if (bytes + length + framingBytes > maxRequestBytes) close(i)
    bytes += length + framingBytes
  }
  close(records.length)
  return parts
}

function recordBytes({ key, value, headers = {} }: NewRecord): number {
  let bytes = value.length + (key === null ? 0 : Buffer.byteLength(key))
  for (const name in headers) bytes += Buffer.byteLength(name) + Buffer.byteLength(headers[name] ?? '')
  return bytes
}

/** Takes from the front as many parts as one request holds, at least one. */
function takeRequest(waiting: Part[]): Part[] {
  let bytes = 0
  const end = waiting.findIndex((part) => {
    bytes += part.bytes
    return bytes > maxRequestBytes
  })
  return waiting.splice(0, end === -1 ? waiting.length : Math.max(end, 1))
}
