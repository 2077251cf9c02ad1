// The speed layer's core: folds the verdicts on a batch of records into the views of their partition. No I/O, no clock.
import {
  addReading,
  type ClinicalRules,
  classify,
  maxAlertAgeMs,
  type Reading,
  riskOf,
  type Signal,
  type Status,
  type StatusAlert,
  signals,
  type Verdict,
} from '@health/domain'
import { encodeReading, type PatientState, type RecentReading } from '@health/views'
import {
  changeDay,
  changePatient,
  changeWindow,
  loaded,
  type PartitionViews,
  type PatientViews,
} from './partition-views.ts'
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
  /** Readings received later than this (epoch ms) are told; those of a backlog are not. */
  newsSince: number
}

/** What a batch brought that is told, beyond the views it changed. */
export interface FoldedNews {
  /** Those received after `newsSince`. */
  readings: [patientId: string, encodedReading: string][]
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
  const date = rules.dayOf(measuredAt)
  changeDay(changePatient(views, patientId).days, date).invalidRecords++
  changeDay(views.together, date).invalidRecords++
}

function foldReading(
  views: PartitionViews,
  record: JudgedRecord,
  reading: Reading,
  rules: FoldRules,
  news: FoldedNews,
): void {
  const patient = changePatient(views, reading.patientId)
  const date = rules.dayOf(reading.measuredAt)
  const day = changeDay(patient.days, date)
  const together = changeDay(views.together, date)
  const mask = maskOf(reading)
  const { fresh, beforeWindow } = admit(changeWindow(patient, reading.sensorId), reading.measuredAt, mask)
  if (fresh === 0) {
    views.state.counts.duplicate++
    day.duplicateRecords++
    together.duplicateRecords++
    return
  }
  const first = fresh === mask ? reading : onlySignals(reading, fresh)
  const risk = riskOf(first)
  views.state.counts.valid++
  addReading(day, first, risk)
  addReading(together, first, risk)
  if (beforeWindow) day.provisional = together.provisional = true
  foldValues(views.partition, patient, record, first, rules, news)
}

function foldValues(
  partition: number,
  { id: patientId, values }: PatientViews,
  { offset, receivedAt }: JudgedRecord,
  reading: Reading,
  rules: FoldRules,
  news: FoldedNews,
): void {
  const { measuredAt, glucoseMgdl, heartRateBpm, temperatureC } = reading
  const recent: RecentReading = { measuredAt, receivedAt, glucoseMgdl, heartRateBpm, temperatureC }
  const encoded = encodeReading(recent)
  if (receivedAt > rules.newsSince) news.readings.push([patientId, encoded])
  const patient = loaded(values)
  patient.isChanged = true
  addToBuckets(patient.buckets, recent, encoded)
  const before = patient.state?.status ?? null
  patient.state ??= newPatient(measuredAt)
  const { state } = patient
  applyReading(state, reading, rules.clinical)
  if (receivedAt - measuredAt > maxAlertAgeMs) return
  // A change that late readings brought is told with the first fresh one that shows it still.
  if (state.status === before && state.status !== classify(reading, rules.clinical).status) return
  const told = state.told ?? null
  state.told = state.status
  if (!isNews(told, state.status)) return
  const id = `${patientId}:${partition}:${offset}`
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
