// The rows of the REST answers, which the Socket.io events carry too. Times are RFC 3339 UTC, units stand in the names.
import type {
  AlertChange,
  AlertState,
  Direction,
  DropReason,
  GlucoseFigures,
  Severity,
  SignalFigures,
  Status,
  StatusReason,
} from '@health/domain'

/** One patient as listed; times RFC 3339 UTC. */
export interface PatientRow {
  patient_id: string
  /** Gravest of the latest value of each signal, stale ones included. */
  status: Status
  reasons: StatusReason[]
  /** Glucose (heart rate, for a patient who never sent glucose) is older than STALE_SECONDS. */
  stale: boolean
  /** `measured_at` of the reading that brought the status. */
  since: string
  latest: {
    measured_at: string
    glucose_mgdl: number | null
    glucose_measured_at: string | null
    /** mg/dL per minute over the last 15 minutes; null with too little data. */
    glucose_rate: number | null
    /** Against the glucose value before it. */
    glucose_delta: number | null
    heart_rate_bpm: number | null
    heart_rate_measured_at: string | null
    temperature_c: number | null
    temperature_measured_at: string | null
  }
}

/** One valid reading of the live graph; values that were dropped or absent are null. */
export interface LiveReading {
  measured_at: string
  received_at: string
  glucose_mgdl: number | null
  heart_rate_bpm: number | null
  temperature_c: number | null
  /** Of this reading's own values. */
  status: Status
}

/** One minute of readings, for windows longer than ten minutes; `measured_at` is the minute's beginning. */
export interface MinuteRow {
  measured_at: string
  glucose_mgdl: SpreadRow | null
  heart_rate_bpm: SpreadRow | null
}
export interface SpreadRow {
  min: number
  avg: number
  max: number
  count: number
}

/** One day of one patient, or of all. Averages are not rounded. */
export interface DailyRow {
  date: string
  glucose_mgdl: GlucoseFigures
  heart_rate_bpm: SignalFigures
  total_records: number
  valid_records: number
  invalid_records: number
  duplicate_records: number
  /** The `received_at` up to which the batch view covers; null before the first run. */
  complete_to: string | null
  computed_at: string | null
  provisional: boolean
}
export interface PatientDailyRow extends DailyRow {
  patient_id: string
}

/** An alert, newest change first in lists; times RFC 3339 UTC. */
export interface AlertRow {
  /** `<patient>:<signal>:<direction>:<offset of the record that raised it>` */
  id: string
  patient_id: string
  signal: 'glucose' | 'heart_rate'
  direction: Direction
  state: AlertState
  severity: Severity
  /** It was critical, and nobody has acknowledged it since. */
  latched: boolean
  /** The value that was farthest beyond the limit, mg/dL or beats/min. */
  worst: number
  /** Until then it makes no noise. */
  snoozed_until: string | null
  /** Rises with each change. Whoever has heard of this one need not hear of it again. */
  revision: number
  /** Oldest first: the one that raised it, and the newest. */
  changes: AlertChangeRow[]
}
export interface AlertChangeRow extends Omit<AlertChange, 'at'> {
  at: string
}

/** A record, or a part of one, that was dropped: newest first in lists. */
export interface DeadLetterRow {
  /** Where it stands in its topic. */
  partition: number
  offset: number
  received_at: string
  reasons: DropReason[]
  /** The record's key, as it was sent; null without one. */
  patient_id: string | null
  /** Its first 2 KiB, as text where they are UTF-8; else null. */
  text: string | null
  /** The same where they are none. */
  base64: string | null
  /** How many bytes it has in all. */
  bytes: number
}
