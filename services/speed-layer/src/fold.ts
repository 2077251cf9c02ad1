// The speed layer's core: folds the verdicts on a batch of records into the views of their partition. No I/O, no clock.
import {
  type Alert,
  type AlertAction,
  type AlertRow,
  addReading,
  alertRow,
  applyAction,
  applyValue,
  type ClinicalRules,
  classifiedSignals,
  type DroppedEvent,
  isQuiet,
  maxAlertAgeMs,
  noAlerts,
  type PatientAlerts,
  type Reading,
  signalBits,
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
import { applyReading, isNewer, newPatient } from './patient-state.ts'
import { addToMinutes } from './recent-minutes.ts'
import { addToReadings } from './recent-readings.ts'
import { admit } from './seen-window.ts'

/** A record as the fold needs it. */
export interface JudgedRecord {
  offset: number
  receivedAt: number
  verdict: Verdict | ActionVerdict
}

export interface ActionVerdict {
  kind: 'action'
  action: AlertAction
  dropped: readonly []
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
  /** As they were after each change, in order. */
  alerts: AlertRow[]
  /** Of patients that can be told, received after `newsSince`. */
  dropped: DroppedEvent[]
}

/** Folds records in offset order; everything they touch was loaded into `views` before. Changes `views`. */
export function foldRecords(views: PartitionViews, records: readonly JudgedRecord[], rules: FoldRules): FoldedNews {
  const news: FoldedNews = { readings: [], alerts: [], dropped: [] }
  const { state } = views
  for (const record of records) {
    state.position = record.offset + 1
    state.receivedAt = record.receivedAt
    state.counts.records++
    const { verdict } = record
    for (const reason of verdict.dropped) state.counts.dropped[reason] = (state.counts.dropped[reason] ?? 0) + 1
    if (verdict.kind === 'valid') foldReading(views, record, verdict.reading, rules, news)
    else if (verdict.kind === 'action') foldAction(views, record, verdict.action, news)
    else foldInvalid(views, verdict, rules)
    if (verdict.dropped.length > 0 && record.receivedAt > rules.newsSince) tellDropped(record, news)
  }
  return news
}

function tellDropped({ receivedAt, verdict }: JudgedRecord, news: FoldedNews): void {
  if (verdict.kind === 'action') return
  const patientId = verdict.kind === 'valid' ? verdict.reading.patientId : verdict.patientId
  if (patientId === null) return
  const received_at = new Date(receivedAt).toISOString()
  news.dropped.push({ patient_id: patientId, received_at, reasons: [...verdict.dropped] })
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
  views.state.counts.valid++
  addReading(day, first)
  addReading(together, first)
  if (beforeWindow) day.provisional = together.provisional = true
  foldValues(patient, record, first, rules, news)
}

function foldValues(
  { id: patientId, values }: PatientViews,
  record: JudgedRecord,
  reading: Reading,
  rules: FoldRules,
  news: FoldedNews,
): void {
  const { receivedAt } = record
  const { measuredAt, glucoseMgdl, heartRateBpm, temperatureC } = reading
  const recent: RecentReading = { measuredAt, receivedAt, glucoseMgdl, heartRateBpm, temperatureC }
  const encoded = encodeReading(recent)
  if (receivedAt > rules.newsSince) news.readings.push([patientId, encoded])
  const patient = loaded(values)
  patient.isChanged = true
  addToReadings(patient.readings, measuredAt, encoded)
  addToMinutes(patient.minutes, reading)
  patient.state ??= newPatient(measuredAt)
  const { state } = patient
  if (receivedAt - measuredAt <= maxAlertAgeMs) foldAlerts(state, record, reading, rules, news)
  applyReading(state, reading, rules.clinical)
}

/** Alerts follow the values that are newer than what `state` has. */
function foldAlerts(
  state: PatientState,
  { offset, receivedAt }: JudgedRecord,
  reading: Reading,
  { clinical }: FoldRules,
  news: FoldedNews,
): void {
  const { patientId, measuredAt } = reading
  for (const signal of classifiedSignals) {
    const value = reading[signal]
    if (value === null || !isNewer(measuredAt, state.latest[signal])) continue
    if (isQuiet(state.alerts, signal, value, clinical)) continue
    state.alerts ??= noAlerts()
    const given = { patientId, signal, value, measuredAt, receivedAt, offset }
    tellAlerts(state.alerts, applyValue(state.alerts, given, clinical), news)
  }
}

function foldAction(views: PartitionViews, { receivedAt }: JudgedRecord, action: AlertAction, news: FoldedNews): void {
  views.state.counts.actions++
  const patient = loaded(loaded(views.patients.get(action.patientId)).values)
  const alerts = patient.state?.alerts
  if (alerts === undefined) return
  const changed = applyAction(alerts, action, receivedAt)
  if (changed === null) return
  changePatient(views, action.patientId)
  patient.isChanged = true
  tellAlerts(alerts, [changed], news)
}

function tellAlerts(alerts: PatientAlerts, changed: readonly Alert[], news: FoldedNews): void {
  for (const alert of changed) news.alerts.push(alertRow(alert, alerts))
}

function maskOf(reading: Reading): number {
  let mask = 0
  for (const signal of signals) if (reading[signal] !== null) mask |= signalBits[signal]
  return mask
}

function onlySignals(reading: Reading, mask: number): Reading {
  const only = { ...reading }
  for (const signal of signals) if ((mask & signalBits[signal]) === 0) only[signal] = null
  return only
}
