// Dead letters: what was dropped goes to a topic of its own, unchanged, with the reason and where it came from.
import { type EventLog, type LogRecord, maxRecordBytes, type NewRecord, type PartitionRange } from './log.ts'

/** The topic of the records of `topic` that were refused. */
export const deadLetterTopic = (topic: string): string => `${topic}_dlq`

export interface DeadLetter {
  /** Where the record stands in its topic, `<partition>:<offset>`: the letter's name, however often it was written. */
  id: string
  reasons: string[]
  /** When the log received the record, RFC 3339. */
  receivedAt: string
  key: string | null
  value: Uint8Array
  /** How many bytes were left out, since the log would not have taken them again; the lake has them. */
  omittedBytes: number
}

const nothing = new Uint8Array()
/** More than the headers here ever take. */
const headerBytes = 1_000

/**
 * The dead letter of a record, or of a record that lost some of its signals. Original key and bytes; the rest in headers.
 * A record so long that the log would not take it again leaves key and bytes out: the lake has them, at the offset named.
 */
export function createDeadLetter(
  record: LogRecord,
  reasons: readonly string[],
  source: { topic: string; partition: number },
): NewRecord {
  const key = record.key === null ? null : Buffer.from(record.key).toString()
  const value = record.value ?? nothing
  const headers = {
    reason: reasons.join(','),
    source_topic: source.topic,
    source_partition: String(source.partition),
    source_offset: String(record.offset),
    received_at: new Date(record.receivedAt).toISOString(),
  }
  const bytes = value.length + Buffer.byteLength(key ?? '')
  if (bytes + headerBytes <= maxRecordBytes) return { key, value, headers }
  return { key: null, value: nothing, headers: { ...headers, omitted_bytes: String(value.length) } }
}

/** Records read at a time. */
const pageSize = 1_000

/** Every dead letter of `topic` that the log still has, each once, though it may have been written more than once. */
export async function* readDeadLetters(log: EventLog, topic: string): AsyncGenerator<DeadLetter> {
  const letters = deadLetterTopic(topic)
  const seen = new Set<string>()
  for (const range of await log.ranges(letters)) {
    for await (const letter of readRange(log, letters, range)) {
      if (!seen.has(letter.id)) yield letter
      seen.add(letter.id)
    }
  }
}

/** At most the newest `limit` dead letters of `topic`, newest first, each once: fewer where some were written again. */
export async function readNewestDeadLetters(log: EventLog, topic: string, limit: number): Promise<DeadLetter[]> {
  const letters = deadLetterTopic(topic)
  const byId = new Map<string, DeadLetter>()
  const collect = async ({ partition, low, end }: PartitionRange) => {
    const newest = { partition, low: Math.max(low, end - limit), end }
    for await (const letter of readRange(log, letters, newest)) byId.set(letter.id, letter)
  }
  await Promise.all((await log.ranges(letters)).map(collect))
  // Records of one append came at the same time: of those the last one is the newest.
  const lastFirst = [...byId.values()].reverse()
  return lastFirst.sort((a, b) => b.receivedAt.localeCompare(a.receivedAt)).slice(0, limit)
}

async function* readRange(
  log: EventLog,
  letters: string,
  { partition, low, end }: PartitionRange,
): AsyncGenerator<DeadLetter> {
  for (let next = low; next < end; ) {
    const page = await log.read(letters, partition, next, Math.min(pageSize, end - next))
    yield* page.map(toDeadLetter)
    next = (page.at(-1)?.offset ?? end) + 1
  }
}

const toDeadLetter = ({ key, value, headers }: LogRecord): DeadLetter => ({
  id: `${headers['source_partition']}:${headers['source_offset']}`,
  reasons: headers['reason']?.split(',') ?? [],
  receivedAt: headers['received_at'] ?? '',
  key: key === null ? null : Buffer.from(key).toString(),
  value: value ?? nothing,
  omittedBytes: Number(headers['omitted_bytes'] ?? 0),
})

/** The record to append to `topic` for a letter whose cause is mended. It says which record it is there for. */
export const replayOf = ({ id, key, value }: DeadLetter): NewRecord => ({ key, value, headers: { replay_of: id } })
