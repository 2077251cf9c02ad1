// Judging: what a record says, whether it is a measurement, or what somebody did about an alert.
import { type AlertAction, decodeKey, parseAction, parseReading, type Verdict, validateReading } from '@health/domain'
import type { LogRecord } from '@health/log'

export interface ActionVerdict {
  kind: 'action'
  action: AlertAction
  dropped: readonly []
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

/** Parses and validates a record. Never throws: whatever the bytes are, there is a verdict. */
export function judgeRecord(record: LogRecord): Verdict | ActionVerdict {
  const parsed = parseReading(record.value, record.key)
  const action = parsed.kind === 'rejected' && parsed.reason === 'not_a_reading' ? readAction(record) : null
  return action === null ? validateReading(parsed, record.receivedAt) : { kind: 'action', action, dropped: [] }
}

const readAction = ({ key, value }: LogRecord): AlertAction | null =>
  value && parseAction(utf8.decode(value), key && decodeKey(key))
