// Validation: is what a record says a measurement at all? Judged against the log's clock, so a replay judges alike.
import { earliestMeasuredAt, maxFutureMs, plausible } from '../clinical/rules.ts'
import type { ParsedReading, ParseReason } from './parse.ts'
import { type Reading, type Signal, signals } from './reading.ts'

/** Why a record, or one signal of it, is not used. */
export type DropReason =
  | ParseReason
  | 'measured_in_future'
  | 'measured_before_2000'
  | 'implausible_glucose'
  | 'implausible_heart_rate'
  | 'implausible_temperature'

const implausible = {
  glucoseMgdl: 'implausible_glucose',
  heartRateBpm: 'implausible_heart_rate',
  temperatureC: 'implausible_temperature',
} as const satisfies Record<Signal, DropReason>

export interface ValidReading {
  kind: 'valid'
  /** Holds plausible values only, at least one. */
  reading: Reading
  /** The signals that were taken away, each with its reason. Not empty: the record is dead-lettered as well. */
  dropped: readonly DropReason[]
}

export interface InvalidRecord {
  kind: 'invalid'
  /** At least one. */
  dropped: readonly DropReason[]
  /** Where patient and time could be read, the record counts as invalid on that day. */
  patientId: string | null
  measuredAt: number | null
}

/** A record, or signals of one, that was dropped. */
export interface DroppedRecord {
  patientId: string
  /** Epoch ms. */
  receivedAt: number
  reasons: DropReason[]
}

export type Verdict = ValidReading | InvalidRecord

/** Judges a parsed record received at `receivedAt` (epoch ms, the log's append time). Each signal is judged on its own. */
export function validateReading(parsed: ParsedReading, receivedAt: number): Verdict {
  if (parsed.kind === 'rejected') {
    return { kind: 'invalid', dropped: [parsed.reason], patientId: parsed.patientId, measuredAt: parsed.measuredAt }
  }
  const { reading } = parsed
  const untimely = timeliness(reading.measuredAt, receivedAt)
  const dropped: readonly DropReason[] = untimely ? [untimely] : implausibleSignals(reading)
  if (dropped.length === 0) return { kind: 'valid', reading, dropped }
  const kept = untimely ? null : withoutImplausible(reading)
  if (kept === null) {
    return { kind: 'invalid', dropped, patientId: reading.patientId, measuredAt: reading.measuredAt }
  }
  return { kind: 'valid', reading: kept, dropped }
}

/** What is wrong with the time of a record received at `receivedAt`; both epoch ms. */
export function timeliness(measuredAt: number, receivedAt: number): DropReason | null {
  if (measuredAt > receivedAt + maxFutureMs) return 'measured_in_future'
  if (measuredAt < earliestMeasuredAt) return 'measured_before_2000'
  return null
}

export const isPlausible = (signal: Signal, value: number): boolean =>
  value >= plausible[signal].min && value <= plausible[signal].max

/** For the many of which nothing is dropped. */
const none: readonly DropReason[] = []

/** Whether a value gives no reason to drop it. */
const passes = (signal: Signal, value: number | null): boolean => value === null || isPlausible(signal, value)

function implausibleSignals(reading: Reading): readonly DropReason[] {
  const { glucoseMgdl, heartRateBpm, temperatureC } = reading
  const allPass =
    passes('glucoseMgdl', glucoseMgdl) && passes('heartRateBpm', heartRateBpm) && passes('temperatureC', temperatureC)
  if (allPass) return none
  return signals.filter((signal) => !passes(signal, reading[signal])).map((signal) => implausible[signal])
}

function withoutImplausible(reading: Reading): Reading | null {
  const kept = { ...reading }
  let left = 0
  for (const signal of signals) {
    const value = kept[signal]
    if (value === null) continue
    if (isPlausible(signal, value)) left++
    else kept[signal] = null
  }
  return left > 0 ? kept : null
}
