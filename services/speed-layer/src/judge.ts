// Judging: what each record of a batch says, and whether it is a measurement.
import { parseReading, validateReading } from '@health/domain'
import type { LogRecord } from '@health/log'
import type { JudgedRecord } from './fold.ts'

/** The bytes as text, without a copy of them. */
const textOf = ({ buffer, byteOffset, byteLength }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString()

/** Parses and validates a record. Never throws: whatever the bytes are, there is a verdict. */
export function judgeRecord({ offset, receivedAt, key, value }: LogRecord): JudgedRecord {
  const addressee = key === null ? null : textOf(key)
  return { offset, receivedAt, verdict: validateReading(parseReading(value, addressee), receivedAt) }
}
