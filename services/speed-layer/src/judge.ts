// Judging: what each record of a batch says, whether it is a measurement, or what somebody did about an alert.
import { parseAction, parseReading, validateReading } from '@health/domain'
import type { LogRecord } from '@health/log'
import type { JudgedRecord } from './fold.ts'

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

/** Parses and validates a record. Never throws: whatever the bytes are, there is a verdict. */
export function judgeRecord({ offset, receivedAt, key, value }: LogRecord): JudgedRecord {
  const addressee = key === null ? null : utf8.decode(key)
  const parsed = parseReading(value, addressee)
  if (parsed.kind === 'rejected' && parsed.reason === 'not_a_reading' && value !== null) {
    const action = parseAction(utf8.decode(value), addressee)
    if (action !== null) return { offset, receivedAt, verdict: { kind: 'action', action, dropped: [] } }
  }
  return { offset, receivedAt, verdict: validateReading(parsed, receivedAt) }
}
