// The clinical thresholds as data, with their sources. Every layer and the page read them here.
import type { Signal } from '../reading/reading.ts'

/** Plausible values, both ends included: outside them it is no measurement, and the value is dropped with a reason. */
export const plausible = {
  glucoseMgdl: { min: 20, max: 1000 },
  heartRateBpm: { min: 30, max: 250 },
  temperatureC: { min: 30, max: 45 },
} as const satisfies Record<Signal, { min: number; max: number }>

/** A reading may be this far ahead of its `received_at`: the spread of honest clocks. */
export const maxFutureMs = 5 * 60_000
/** Nothing was measured by these sensors before 2000-01-01. */
export const earliestMeasuredAt = Date.UTC(2000, 0, 1)
/** A late reading older than this against its `received_at` changes the views but tells nobody. */
export const maxAlertAgeMs = 15 * 60_000

/**
 * mg/dL in one mmol/L of glucose: the factor of Nightscout, xDrip and Tidepool. 18.0182 would show 17 other values at
 * one decimal.
 */
export const mgdlPerMmol = 18.01559

/** Signals that have a status. Temperature is checked for plausibility only. */
export type ClassifiedSignal = 'glucoseMgdl' | 'heartRateBpm'
export const classifiedSignals = ['glucoseMgdl', 'heartRateBpm'] as const satisfies readonly ClassifiedSignal[]

/** Where the four outer bands of a signal begin, and whether the limit itself belongs to them. */
export interface Thresholds {
  veryLow: number
  low: number
  high: number
  veryHigh: number
  /** `true`: a value equal to the limit is already outside (≤, ≥); `false`: it is still inside (<, >). */
  inclusive: boolean
}

export type ClinicalRules = Record<ClassifiedSignal, Thresholds>

/**
 * Glucose: international consensus on time in range, levels 1 and 2 (Battelino et al., Diabetes Care 2019,
 * doi 10.2337/dci19-0028). Heart rate: Royal College of Physicians, NEWS2 pulse bands (2017; adults, not in pregnancy).
 */
export const defaultRules: ClinicalRules = {
  glucoseMgdl: { veryLow: 54, low: 70, high: 180, veryHigh: 250, inclusive: false },
  heartRateBpm: { veryLow: 40, low: 50, high: 111, veryHigh: 131, inclusive: true },
}

/**
 * An alert is over only when values have been better than its limit by the margin for so many readings, or for so long:
 * against flapping at a limit.
 */
export const clearing = {
  readings: 3,
  afterMs: 5 * 60_000,
  margins: { glucoseMgdl: 5, heartRateBpm: 3 },
} as const satisfies { readings: number; afterMs: number; margins: Record<ClassifiedSignal, number> }
