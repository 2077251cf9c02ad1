// The speed layer's core: folds the verdicts on a batch of records into the views of their partition. No I/O, no clock.
import {
  addReading,
  type ClinicalRules,
  classify,
  maxAlertAgeMs,
  type Reading,
  type Signal,
  type Status,
  type StatusAlert,
  signals,
  type Verdict,
} from '@health/domain'
import { allPatients, type PatientState, type RecentReading } from '@health/views'
import { changeDay, changePatient, changeWindow, type PartitionViews } from './partition-views.ts'
import { applyReading, latestValues, newPatient } from './patient-state.ts'
import { addToBuckets } from './recent-buckets.ts'
import { admit } from './seen-window.ts'

/** A record as the fold needs it. */
export interface JudgedRecord {
  offset: number
  receivedAt: number
  verdict: Verdict
}

export interface FoldRules {
  clinical: ClinicalRules
  dayOf(ms: number): string
}

/** What a batch brought that is told, beyond the views it changed. */
export interface FoldedNews {
  readings: [patientId: string, reading: RecentReading][]
  alerts: StatusAlert[]
}

/** Folds records in offset order; everything they touch was loaded into `views` before. Changes `views`. */
export function foldRecords(views: PartitionViews, records: readonly JudgedRecord[], rules: FoldRules): FoldedNews {
  const news: FoldedNews = { readings: [], alerts: [] }
  const { state } = views
  for (const record of records) {
    state.position = record.offset + 1
    state.receivedAt = record.receivedAt
    state.counts.records++
    const { verdict } = record
    for (const reason of verdict.dropped) state.counts.dropped[reason] = (state.counts.dropped[reason] ?? 0) + 1
    if (verdict.kind === 'valid') foldReading(views, record, verdict.reading, rules, news)
    else foldInvalid(views, verdict, rules)
  }
  return news
}

function foldInvalid(
  views: PartitionViews,
  { patientId, measuredAt }: Verdict & { kind: 'invalid' },
  rules: FoldRules,
): void {
  views.state.counts.invalid++
  if (patientId === null || measuredAt === null) return
  for (const day of changeDays(views, patientId, rules.dayOf(measuredAt))) day.invalidRecords++
}

function foldReading(
  views: PartitionViews,
  record: JudgedRecord,
  reading: Reading,
  rules: FoldRules,
  news: FoldedNews,
): void {
  const days = changeDays(views, reading.patientId, rules.dayOf(reading.measuredAt))
  const window = changeWindow(views, reading.patientId, reading.sensorId)
  const { fresh, beforeWindow } = admit(window, reading.measuredAt, maskOf(reading))
  if (fresh === 0) {
    views.state.counts.duplicate++
    for (const day of days) day.duplicateRecords++
    return
  }
  const first = fresh === maskOf(reading) ? reading : onlySignals(reading, fresh)
  views.state.counts.valid++
  for (const day of days) {
    addReading(day, first)
    if (beforeWindow) day.provisional = true
  }
  foldPatient(views, record, first, rules, news)
}

function foldPatient(
  views: PartitionViews,
  { offset, receivedAt }: JudgedRecord,
  reading: Reading,
  rules: FoldRules,
  news: FoldedNews,
): void {
  const { patientId, sensorId: _, ...values } = reading
  const recent: RecentReading = { ...values, receivedAt }
  news.readings.push([patientId, recent])
  const patient = changePatient(views, patientId)
  addToBuckets(patient.buckets, recent)
  const before = patient.state?.status ?? null
  patient.state ??= newPatient(reading.measuredAt)
  const { state } = patient
  applyReading(state, reading, rules.clinical)
  if (receivedAt - reading.measuredAt > maxAlertAgeMs) return
  // A change that late readings brought is told with the first fresh one that shows it still.
  if (state.status === before && state.status !== classify(reading, rules.clinical).status) return
  const told = state.told ?? null
  state.told = state.status
  if (!isNews(told, state.status)) return
  const id = `${patientId}:${views.partition}:${offset}`
  news.alerts.push(createAlert(id, patientId, recent, told, state, rules.clinical))
}

/** A status change; but a patient's first NORMAL is none that anybody must hear of. */
const isNews = (before: Status | null, now: Status): boolean => (before === null ? now !== 'NORMAL' : now !== before)

function createAlert(
  id: string,
  patientId: string,
  { measuredAt, receivedAt }: RecentReading,
  before: Status | null,
  state: PatientState,
  rules: ClinicalRules,
): StatusAlert {
  const values = latestValues(state)
  return {
    id,
    patient_id: patientId,
    measured_at: new Date(measuredAt).toISOString(),
    received_at: new Date(receivedAt).toISOString(),
    previous_status: before,
    ...classify(values, rules),
    glucose_mgdl: values.glucoseMgdl,
    heart_rate_bpm: values.heartRateBpm,
  }
}

/** The patient's day and the same day of all patients. */
const changeDays = (views: PartitionViews, patientId: string, date: string) => [
  changeDay(views, patientId, date),
  changeDay(views, allPatients, date),
]

const bits = { glucoseMgdl: 1, heartRateBpm: 2, temperatureC: 4 } as const satisfies Record<Signal, number>

function maskOf(reading: Reading): number {
  let mask = 0
  for (const signal of signals) if (reading[signal] !== null) mask |= bits[signal]
  return mask
}

function onlySignals(reading: Reading, mask: number): Reading {
  const only = { ...reading }
  for (const signal of signals) if ((mask & bits[signal]) === 0) only[signal] = null
  return only
}
