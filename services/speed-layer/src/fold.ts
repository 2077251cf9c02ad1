// The speed layer's core: judges the records of a batch and folds them into the views of their partition. No I/O, no clock.
import {
  type Alert,
  type AlertAction,
  addReading,
  applyAction,
  applyValue,
  type ClinicalRules,
  classifiedSignals,
  type DaySums,
  type DropReason,
  isQuiet,
  maxAlertAgeMs,
  noAlerts,
  type PatientAlerts,
  type Reading,
  signalBits,
  signals,
  snapshotAlert,
  type Verdict,
} from '@health/domain'
import type { LogRecord } from '@health/log'
import type { PatientState } from '@health/views'
import { type ActionVerdict, judgeRecord } from './judge.ts'
import type { HeldDay, News, PartitionViews, PatientValues } from './partition-views.ts'
import { applyReading, isNewer, newPatient } from './patient-state.ts'
import { addToMinutes, missingMinute } from './recent-minutes.ts'
import { addPending } from './recent-readings.ts'
import { isBeforeWindow, markSeen } from './seen-window.ts'

export interface FoldRules {
  clinical: ClinicalRules
  dayOf(ms: number): string
  /** What is dropped of records received later than this (epoch ms) is told; that of a backlog is not. */
  newsSince: number
}

/**
 * Folds records in offset order from the index `from` on, up to the first that touches what is not loaded, and returns the
 * index of that one. Changes `views`.
 */
export function foldRecords(
  views: PartitionViews,
  records: readonly LogRecord[],
  from: number,
  rules: FoldRules,
  onDropped: (record: LogRecord, reasons: readonly DropReason[]) => void,
): number {
  const { state } = views
  for (let i = from; i < records.length; i++) {
    const record = records[i] as LogRecord
    const verdict = judgeRecord(record)
    if (!foldVerdict(views, record, verdict, rules)) return i
    state.position = record.offset + 1
    state.receivedAt = record.receivedAt
    state.counts.records++
    const { dropped } = verdict
    if (dropped.length === 0) continue
    for (const reason of dropped) state.counts.dropped[reason] = (state.counts.dropped[reason] ?? 0) + 1
    if (verdict.kind !== 'action' && record.receivedAt > rules.newsSince) tellDropped(record, verdict, views.news)
    onDropped(record, dropped)
  }
  return records.length
}

function tellDropped({ receivedAt }: LogRecord, verdict: Verdict, news: News): void {
  const patientId = verdict.kind === 'valid' ? verdict.reading.patientId : verdict.patientId
  if (patientId === null) return
  news.dropped.push({ patientId, receivedAt, reasons: [...verdict.dropped] })
}

/** `false`, and nothing is changed, where something that it touches is not loaded. */
function foldVerdict(
  views: PartitionViews,
  record: LogRecord,
  verdict: Verdict | ActionVerdict,
  rules: FoldRules,
): boolean {
  if (verdict.kind === 'valid') return foldReading(views, record, verdict.reading, rules)
  if (verdict.kind === 'action') return foldAction(views, record, verdict.action)
  return foldInvalid(views, verdict, rules)
}

function foldInvalid(
  views: PartitionViews,
  { patientId, measuredAt }: Verdict & { kind: 'invalid' },
  rules: FoldRules,
): boolean {
  if (patientId !== null && measuredAt !== null) {
    const patient = views.patients.get(patientId)
    const date = rules.dayOf(measuredAt)
    const day = patient?.days.get(date)
    const together = views.together.get(date)
    if (patient === undefined || day === undefined || together === undefined) return false
    views.changed.add(patient)
    changeDay(day).invalidRecords++
    changeDay(together).invalidRecords++
  }
  views.state.counts.invalid++
  return true
}

function foldReading(views: PartitionViews, record: LogRecord, reading: Reading, rules: FoldRules): boolean {
  const { measuredAt } = reading
  const patient = views.patients.get(reading.patientId)
  const values = patient?.values
  if (patient === undefined || values === undefined || values === null) return false
  if (missingMinute(values.minutes, measuredAt) !== null) return false
  const date = rules.dayOf(measuredAt)
  const heldDay = patient.days.get(date)
  const heldTogether = views.together.get(date)
  const window = patient.windows.get(reading.sensorId ?? '')
  if (heldDay === undefined || heldTogether === undefined || window === undefined) return false

  views.changed.add(patient)
  const day = changeDay(heldDay)
  const together = changeDay(heldTogether)
  const { counts } = views.state
  const mask = maskOf(reading)
  const beforeWindow = isBeforeWindow(window, measuredAt)
  const fresh = beforeWindow ? mask : markSeen(window, measuredAt, mask)
  if (fresh === 0) {
    counts.duplicate++
    day.duplicateRecords++
    together.duplicateRecords++
    return true
  }
  const first = fresh === mask ? reading : onlySignals(reading, fresh)
  counts.valid++
  addReading(day, first)
  addReading(together, first)
  if (beforeWindow) day.provisional = together.provisional = true
  views.addedReadings++
  foldValues(values, record, first, rules, views.news)
  return true
}

/** Its sums, to be changed. */
function changeDay(day: HeldDay): DaySums {
  day.isChanged = true
  return day.sums
}

function foldValues(values: PatientValues, record: LogRecord, reading: Reading, rules: FoldRules, news: News): void {
  const { receivedAt } = record
  const { measuredAt } = reading
  values.isChanged = true
  addPending(values.readings, reading, receivedAt)
  addToMinutes(values.minutes, reading)
  values.state ??= newPatient(measuredAt)
  if (receivedAt - measuredAt <= maxAlertAgeMs) foldAlerts(values.state, record, reading, rules, news)
  applyReading(values.state, reading, rules.clinical)
}

/** Alerts follow the values that are newer than what `state` has. */
function foldAlerts(
  state: PatientState,
  { offset, receivedAt }: LogRecord,
  reading: Reading,
  { clinical }: FoldRules,
  news: News,
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

function foldAction(views: PartitionViews, { receivedAt }: LogRecord, action: AlertAction): boolean {
  const patient = views.patients.get(action.patientId)
  const values = patient?.values
  if (patient === undefined || values === undefined || values === null) return false
  views.state.counts.actions++
  const alerts = values.state?.alerts
  const changed = alerts === undefined ? null : applyAction(alerts, action, receivedAt)
  if (alerts === undefined || changed === null) return true
  views.changed.add(patient)
  values.isChanged = true
  tellAlerts(alerts, [changed], views.news)
  return true
}

function tellAlerts(alerts: PatientAlerts, changed: readonly Alert[], news: News): void {
  for (const alert of changed) news.alerts.push(snapshotAlert(alert, alerts))
}

function maskOf(reading: Reading): number {
  let mask = 0
  if (reading.glucoseMgdl !== null) mask |= signalBits.glucoseMgdl
  if (reading.heartRateBpm !== null) mask |= signalBits.heartRateBpm
  if (reading.temperatureC !== null) mask |= signalBits.temperatureC
  return mask
}

function onlySignals(reading: Reading, mask: number): Reading {
  const only = { ...reading }
  for (const signal of signals) if ((mask & signalBits[signal]) === 0) only[signal] = null
  return only
}
