// The values of the real-time view: a patient's newest values, live readings, minutes.
import type { PatientAlerts, SignalValues, Status } from '@health/domain'

/** The newest value of one signal. */
export interface LatestValue {
  value: number
  /** Epoch ms, as all times here. */
  measuredAt: number
}

/** What is kept of a patient's newest values; whether they are stale depends on the hour and is told when served. */
export interface PatientState {
  latest: { glucoseMgdl: LatestValue | null; heartRateBpm: LatestValue | null; temperatureC: LatestValue | null }
  /** Glucose before the latest one. */
  previousGlucose: LatestValue | null
  /** Glucose values at least three minutes apart over the last quarter of an hour, oldest first: what the rate is told from. */
  trend: LatestValue[]
  status: Status
  /** `measuredAt` of the reading that brought the status. */
  since: number
  /** Left out where nothing is open or snoozed. */
  alerts?: PatientAlerts
}

/** A valid reading of the live window. */
export interface RecentReading extends SignalValues {
  measuredAt: number
  receivedAt: number
}

/** A minute of one signal. */
export interface Spread {
  count: number
  sum: number
  min: number
  max: number
}
export interface MinuteSpread {
  glucoseMgdl: Spread | null
  heartRateBpm: Spread | null
}
