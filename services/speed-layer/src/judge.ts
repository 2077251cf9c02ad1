// Judging: what each record of a batch says, and whether it is a measurement.
import { parseReading, validateReading } from '@health/domain'
import type { LogRecord } from '@health/log'
import type { JudgedRecord } from './fold.ts'

/** Parses and validates a record. Never throws: whatever the bytes are, there is a verdict. */
export function judgeRecord({ offset, receivedAt, key, value }: LogRecord): JudgedRecord {
  const addressee = key === null ? null : Buffer.from(key).toString()
  return { offset, receivedAt, verdict: validateReading(parseReading(value, addressee), receivedAt) }
}
