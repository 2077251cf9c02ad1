// The one parser: bytes from outside become a reading, or a rejection that says what is wrong and where.
import { isText, knownText } from './fast/known-text.ts'
import { readCanonical } from './fast/read-canonical.ts'
import { idPattern, type Reading } from './reading.ts'
import { repeatsField } from './repeated-fields.ts'
import { glucoseInMgdl, message, wireId } from './schema.ts'
import { wireTime } from './time.ts'

/** A reading on the wire is at most this long, in bytes. */
export const maxReadingBytes = 64 * 1024

export type ParseReason = 'empty' | 'too_large' | 'invalid_utf8' | 'invalid_json' | 'not_a_reading' | 'patient_mismatch'

export interface FieldIssue {
  /** The field, empty for the message as a whole. */
  path: string
  message: string
}

export interface Unreadable {
  kind: 'rejected'
  reason: ParseReason
  issues: FieldIssue[]
  /** What could be read all the same, so that the record counts on its patient's day. */
  patientId: string | null
  sensorId: string | null
  measuredAt: number | null
}

export type ParsedReading = { kind: 'accepted'; reading: Reading } | Unreadable

/**
 * Reads a record's bytes. `key` is the record's key: the patient where the message names none, and a contradiction
 * (`patient_mismatch`) where it names another.
 */
export function parseReading(bytes: Uint8Array | null, key: Uint8Array | null): ParsedReading {
  if (bytes === null || bytes.length === 0) return unreadable('empty', 'has no content')
  if (bytes.length > maxReadingBytes) return unreadable('too_large', `is longer than ${maxReadingBytes} bytes`)
  const reading = readCanonical(bytes)
  if (reading !== null && (key === null || isText(reading.patientId, key))) return { kind: 'accepted', reading }
  let text: string
  try {
    text = strictUtf8.decode(bytes)
  } catch {
    return unreadable('invalid_utf8', 'is not UTF-8')
  }
  return parseReadingText(text, key && decodeKey(key))
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const utf8 = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true })

/** A record's key as text, whatever its bytes are. */
export const decodeKey = (key: Uint8Array): string => knownText(key, 0, key.length) ?? utf8.decode(key)

/** The same for text that is known to be UTF-8 and of allowed length. */
export function parseReadingText(text: string, key: string | null): ParsedReading {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    return unreadable('invalid_json', `is not JSON: ${(error as Error).message}`)
  }
  if (repeatsField(text)) return unreadable('not_a_reading', 'names a field twice')
  return readReading(json, key)
}

/** The same for a parsed message, in which a repeated field can no longer be seen. */
export function readReading(json: unknown, key: string | null): ParsedReading {
  const parsed = message.safeParse(json)
  if (!parsed.success) {
    const issues = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }))
    return { kind: 'rejected', reason: 'not_a_reading', issues, ...readWhatCanBe(json, key) }
  }
  const m = parsed.data
  const patientId = patientOf(m.patient_id ?? null, m.sensor_id ?? null, key)
  const readable = { patientId, sensorId: m.sensor_id ?? null, measuredAt: m.measured_at ?? m.timestamp ?? 0 }
  if (patientId === null) {
    if (m.patient_id == null) return unreadable('not_a_reading', 'is missing', 'patient_id', readable)
    return unreadable(
      'patient_mismatch',
      `is ${m.patient_id}, but the record is addressed to ${key}`,
      'patient_id',
      readable,
    )
  }
  return {
    kind: 'accepted',
    reading: {
      ...readable,
      patientId,
      glucoseMgdl: m.glucose_mgdl ?? m.glucose_level ?? glucoseInMgdl(m),
      heartRateBpm: m.heart_rate_bpm ?? m.heart_rate ?? null,
      temperatureC: m.temperature_c ?? m.temperature ?? null,
    },
  }
}

/** Whom a message is about: the patient it names, else the one it is addressed to, else its sensor; `null` when they contradict. */
function patientOf(patientId: string | null, sensorId: string | null, key: string | null): string | null {
  if (patientId !== null) return key === null || key === patientId ? patientId : null
  if (key !== null) return idPattern.test(key) ? key : null
  return sensorId
}

function readWhatCanBe(json: unknown, key: string | null): Pick<Unreadable, 'patientId' | 'sensorId' | 'measuredAt'> {
  const m = (typeof json === 'object' && json !== null ? json : {}) as Record<string, unknown>
  const patientId = wireId.nullish().safeParse(m['patient_id'])
  const sensorId = wireId.nullish().safeParse(m['sensor_id'])
  const measuredAt = wireTime.safeParse(m['measured_at'] ?? m['timestamp'])
  return {
    patientId: patientId.success ? patientOf(patientId.data ?? null, sensorId.data ?? null, key) : null,
    sensorId: sensorId.data ?? null,
    measuredAt: measuredAt.data ?? null,
  }
}

const nothing = { patientId: null, sensorId: null, measuredAt: null }

const unreadable = (
  reason: ParseReason,
  message: string,
  path = '',
  readable: Pick<Unreadable, 'patientId' | 'sensorId' | 'measuredAt'> = nothing,
): Unreadable => ({ kind: 'rejected', reason, issues: [{ path, message }], ...readable })
