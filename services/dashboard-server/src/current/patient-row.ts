// One patient as listed: from what the views keep of the patient to the row that people see.
import type { PatientRow } from '@health/api'
import { type ClinicalRules, classify, type Signal, signals } from '@health/domain'
import type { LatestValue, PatientState } from '@health/views'

export interface RowRules {
  clinical: ClinicalRules
  staleSeconds: number
}

/** A rate told from values closer together than this would be noise, for sensors are no finer than they are. */
const shortestTrendMs = 4 * 60_000
/** No blood glucose changes faster (mg/dL per minute): such a step tells of a new sensor, or of simulated time that flies. */
const fastestRate = 10
const shortestStepMs = 60_000

/**
 * The row at `now` (epoch ms). A patient has several states only where a producer ignored the records' key and spread the
 * patient over partitions; then the newest value of each signal counts, as it would in one.
 */
export function patientRow(
  patientId: string,
  states: readonly PatientState[],
  { clinical, staleSeconds }: RowRules,
  now: number,
): PatientRow {
  const latest = newestOf(states)
  const { glucoseMgdl, heartRateBpm, temperatureC } = latest
  const { status, reasons } = classify(
    { glucoseMgdl: glucoseMgdl?.value ?? null, heartRateBpm: heartRateBpm?.value ?? null },
    clinical,
  )
  const newest = Math.max(...signals.map((signal) => latest[signal]?.measuredAt ?? 0))
  const judged = glucoseMgdl ?? heartRateBpm ?? temperatureC
  return {
    patient_id: patientId,
    status,
    reasons,
    stale: judged === null || now - judged.measuredAt > staleSeconds * 1000,
    since: timeText(states.find((state) => state.status === status)?.since ?? newest),
    latest: {
      measured_at: timeText(newest),
      glucose_mgdl: glucoseMgdl?.value ?? null,
      glucose_measured_at: glucoseMgdl && timeText(glucoseMgdl.measuredAt),
      ...glucoseChange(states.find((state) => state.latest.glucoseMgdl === glucoseMgdl)),
      heart_rate_bpm: heartRateBpm?.value ?? null,
      heart_rate_measured_at: heartRateBpm && timeText(heartRateBpm.measuredAt),
      temperature_c: temperatureC?.value ?? null,
      temperature_measured_at: temperatureC && timeText(temperatureC.measuredAt),
    },
  }
}

function newestOf(states: readonly PatientState[]): Record<Signal, LatestValue | null> {
  const newest: Record<Signal, LatestValue | null> = { glucoseMgdl: null, heartRateBpm: null, temperatureC: null }
  for (const { latest } of states) {
    for (const signal of signals) {
      const value = latest[signal]
      if (value !== null && value.measuredAt > (newest[signal]?.measuredAt ?? 0)) newest[signal] = value
    }
  }
  return newest
}

function glucoseChange(state: PatientState | undefined): Pick<PatientRow['latest'], 'glucose_rate' | 'glucose_delta'> {
  const latest = state?.latest.glucoseMgdl
  if (!latest || !state) return { glucose_rate: null, glucose_delta: null }
  return {
    glucose_rate: rateOver([...state.trend.filter((value) => value.measuredAt < latest.measuredAt), latest]),
    glucose_delta: state.previousGlucose && latest.value - state.previousGlucose.value,
  }
}

/** The rate from the first to the last value; `null` where it says nothing, or its way there is not one of glucose. */
function rateOver(values: readonly LatestValue[]): number | null {
  const [first, last] = [values[0], values.at(-1)]
  if (first === undefined || last === undefined || last.measuredAt - first.measuredAt < shortestTrendMs) return null
  const isBelievable = values.every((value, i) => {
    const before = values[i - 1]
    if (before === undefined || value.measuredAt - before.measuredAt < shortestStepMs) return true
    return Math.abs(ratePerMinute(before, value)) <= fastestRate
  })
  return isBelievable ? ratePerMinute(first, last) : null
}

const ratePerMinute = (from: LatestValue, to: LatestValue): number =>
  (to.value - from.value) / ((to.measuredAt - from.measuredAt) / 60_000)

const timeText = (ms: number): string => new Date(ms).toISOString()
