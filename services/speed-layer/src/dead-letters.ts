// Dead letters: what was dropped goes to a topic of its own, unchanged, with the reason and where it came from.

import type { DropReason } from '@health/domain'
import type { LogRecord, NewRecord } from '@health/log'

/** The dead letter of a record, or of a record that lost some of its signals. Original key and bytes; the rest in headers. */
export function createDeadLetter(
  record: LogRecord,
  reasons: readonly DropReason[],
  source: { topic: string; partition: number },
): NewRecord {
  return {
    key: record.key === null ? null : Buffer.from(record.key).toString(),
    value: record.value ?? new Uint8Array(),
    headers: {
      reason: reasons.join(','),
      source_topic: source.topic,
      source_partition: String(source.partition),
      source_offset: String(record.offset),
      received_at: new Date(record.receivedAt).toISOString(),
    },
  }
}
