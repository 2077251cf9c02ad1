// Dead letters: what was dropped goes to a topic of its own, unchanged, with the reason and where it came from.

import type { DropReason } from '@health/domain'
import { type LogRecord, maxRecordBytes, type NewRecord } from '@health/log'

const nothing = new Uint8Array()
/** More than the headers here ever take. */
const headerBytes = 1_000

/**
 * The dead letter of a record, or of a record that lost some of its signals. Original key and bytes; the rest in headers.
 * A record so long that the log would not take it again leaves key and bytes out: the lake has them, at the offset named.
 */
export function createDeadLetter(
  record: LogRecord,
  reasons: readonly DropReason[],
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
