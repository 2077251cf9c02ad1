// The one parser: bytes from outside become a reading, or a rejection that says what is wrong and where.
import { z } from 'zod'
import { mgdlPerMmol } from './clinical-rules.ts'
import { idPattern, type Reading } from './reading.ts'
import { parseCanonicalTime, wireTime } from './time.ts'

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

const id = z.string().regex(idPattern, 'must be 1–64 of A-Z a-z 0-9 . _ -, starting with a letter or digit')
const value = z.number('must be a finite number')

/** What a message may hold, in any of the accepted forms; unknown fields are nobody's business here. */
const message = z
  .object(
    {
      patient_id: id.nullish(),
      sensor_id: id.nullish(),
      measured_at: wireTime.nullish(),
      glucose_mgdl: value.nullish(),
      heart_rate_bpm: value.nullish(),
      temperature_c: value.nullish(),
      // The original Python sensor's names.
      timestamp: wireTime.nullish(),
      glucose_level: value.nullish(),
      heart_rate: value.nullish(),
      temperature: value.nullish(),
      // Glucose with its unit beside it.
      glucose: value.nullish(),
      glucose_unit: z.enum(['mg/dL', 'mmol/L'], 'must be mg/dL or mmol/L').nullish(),
    },
    'must be a JSON object',
  )
  .superRefine((m, context) => {
    const need = (path: string, present: boolean, text: string) => {
      if (!present) context.addIssue({ code: 'custom', path: path ? [path] : [], message: text })
    }
    need('measured_at', (m.measured_at ?? m.timestamp) != null, 'is missing')
    need('glucose_unit', m.glucose == null || m.glucose_unit != null, 'is missing beside glucose')
    need('', hasSignal(m), 'needs at least one of glucose_mgdl, heart_rate_bpm, temperature_c')
  })

type Message = z.infer<typeof message>

const hasSignal = (m: Message): boolean =>
  (m.glucose_mgdl ??
    m.glucose_level ??
    m.glucose ??
    m.heart_rate_bpm ??
    m.heart_rate ??
    m.temperature_c ??
    m.temperature) != null

/**
 * Reads a record's bytes. `key` is the record's key: the patient where the message names none, and a contradiction
 * (`patient_mismatch`) where it names another.
 */
export function parseReading(bytes: Uint8Array | null, key: string | null): ParsedReading {
  if (bytes === null || bytes.length === 0) return unreadable('empty', 'has no content')
  if (bytes.length > maxReadingBytes) return unreadable('too_large', `is longer than ${maxReadingBytes} bytes`)
  let text: string
  try {
    text = utf8.decode(bytes)
  } catch {
    return unreadable('invalid_utf8', 'is not UTF-8')
  }
  return parseReadingText(text, key)
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The same for text that is known to be UTF-8 and of allowed length. */
export function parseReadingText(text: string, key: string | null): ParsedReading {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    return unreadable('invalid_json', `is not JSON: ${(error as Error).message}`)
  }
  return readReading(json, key)
}

/** The same for a parsed message. */
export function readReading(json: unknown, key: string | null): ParsedReading {
  const reading = readCanonical(json)
  if (reading !== null && (key === null || key === reading.patientId)) return { kind: 'accepted', reading }
  return readAnyForm(json, key)
}

/**
 * The fast path: a message in the canonical form, checked by hand. `null` when it is anything else, which the schema
 * then judges; a property test holds the two equal.
 */
export function readCanonical(json: unknown): Reading | null {
  if (typeof json !== 'object' || json === null) return null
  const m = json as Record<string, unknown>
  const patientId = m['patient_id']
  const sensorId = m['sensor_id']
  const time = m['measured_at']
  if (typeof patientId !== 'string' || !idPattern.test(patientId)) return null
  if (sensorId !== undefined && (typeof sensorId !== 'string' || !idPattern.test(sensorId))) return null
  if (typeof time !== 'string') return null
  const measuredAt = parseCanonicalTime(time)
  if (measuredAt === null) return null
  const glucoseMgdl = m['glucose_mgdl']
  const heartRateBpm = m['heart_rate_bpm']
  const temperatureC = m['temperature_c']
  if (!isValueOrAbsent(glucoseMgdl) || !isValueOrAbsent(heartRateBpm) || !isValueOrAbsent(temperatureC)) return null
  if (glucoseMgdl === undefined && heartRateBpm === undefined && temperatureC === undefined) return null
  for (const other of otherForms) if (m[other] !== undefined) return null
  return {
    patientId,
    sensorId: sensorId ?? null,
    measuredAt,
    glucoseMgdl: glucoseMgdl ?? null,
    heartRateBpm: heartRateBpm ?? null,
    temperatureC: temperatureC ?? null,
  }
}

const otherForms = ['timestamp', 'glucose_level', 'heart_rate', 'temperature', 'glucose', 'glucose_unit'] as const

const isValueOrAbsent = (value: unknown): value is number | undefined => value === undefined || Number.isFinite(value)

function readAnyForm(json: unknown, key: string | null): ParsedReading {
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

/** mmol/L become whole mg/dL, as clinical limits are set: 10.0 → 180. */
function glucoseInMgdl({ glucose, glucose_unit }: Message): number | null {
  if (glucose == null) return null
  return glucose_unit === 'mmol/L' ? Math.round(glucose * mgdlPerMmol) : glucose
}

/** Whom a message is about: the patient it names, else the one it is addressed to, else its sensor; `null` when they contradict. */
function patientOf(patientId: string | null, sensorId: string | null, key: string | null): string | null {
  if (patientId !== null) return key === null || key === patientId ? patientId : null
  if (key !== null) return idPattern.test(key) ? key : null
  return sensorId
}

function readWhatCanBe(json: unknown, key: string | null): Pick<Unreadable, 'patientId' | 'sensorId' | 'measuredAt'> {
  const m = (typeof json === 'object' && json !== null ? json : {}) as Record<string, unknown>
  const patientId = id.nullish().safeParse(m['patient_id'])
  const sensorId = id.nullish().safeParse(m['sensor_id'])
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
