// The forms in which the views store values: JSON with a version and short names. There is a value for every patient, day,
// minute and reading, so long names would be most of what the views hold. `StoredSignals` to `StoredReadings` are the table of
// these names; codec.ts writes and reads them.
import type { DaySums, PatientAlerts, Status } from '@health/domain'

/** Raised when a form changes. Values stored earlier than version 2 have none, see codec-v1.ts. */
export const version = 2

export interface Versioned {
  v: typeof version
}

/** Something for each signal. */
interface StoredSignals<T> {
  /** glucoseMgdl */
  g: T
  /** heartRateBpm */
  h: T
  /** temperatureC */
  c: T
}

/** A day's sums of one signal. */
export interface StoredSums {
  /** count */
  n: number
  sum: number
  /** sumOfSquares */
  sq: number
  min: number | null
  max: number | null
}

interface StoredGlucoseSums extends StoredSums {
  /** ranges, in the order of `glucoseRanges` */
  rg: DaySums['glucoseMgdl']['ranges']
  /** inTightRange */
  tr: number
  /** lowRisk */
  lr: number
  /** highRisk */
  hr: number
}

export interface StoredDay extends Versioned {
  g: StoredGlucoseSums
  h: StoredSums
  /** validRecords */
  ok: number
  /** invalidRecords */
  bad: number
  /** duplicateRecords */
  dup: number
  /** provisional */
  pv: boolean
}

/** A minute of one signal. */
export interface StoredSpread {
  /** count */
  n: number
  sum: number
  min: number
  max: number
}

export interface StoredMinute extends Versioned, Pick<StoredSignals<StoredSpread | null>, 'g' | 'h'> {}

/** A value at a time. */
export interface StoredValue {
  /** value */
  x: number
  /** measuredAt */
  t: number
}

/** The signals are the latest values. */
export interface StoredPatient extends Versioned, StoredSignals<StoredValue | null> {
  /** status */
  st: Status
  since: number
  /** previousGlucose */
  pg: StoredValue | null
  /** trend */
  td: StoredValue[]
  alerts?: PatientAlerts
}

/** One value of each reading, as a list for each signal, so that a name is stored once. */
export type StoredColumns = StoredSignals<(number | null)[]>

/** An item of a list of readings. */
export interface StoredReadings extends Versioned, StoredColumns {
  /** measuredAt */
  t: number[]
  /** receivedAt */
  r: number[]
}

/** Readings of one patient in an `applied` change. A burst brings thousands, and differences of time are shorter than times. */
export interface ChangeReadings extends StoredColumns {
  /** How many ms before the change each was received. */
  ago: number[]
  /** How many ms before that it was measured. */
  age: number[]
}
