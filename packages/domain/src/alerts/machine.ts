// How alerts change: by readings, and by what people do. It knows no clock but the records', so a replay of the log comes to
// the same alerts.

import { type Level, levelOf, signalNames } from '../clinical/classify.ts'
import { type ClassifiedSignal, type ClinicalRules, clearing, type Thresholds } from '../clinical/rules.ts'
import type { AlertAction } from './action.ts'
import {
  type Alert,
  type AlertChange,
  type AlertSubject,
  type Direction,
  directions,
  type PatientAlerts,
  type Severity,
} from './alert.ts'

/** A value that is the newest of its signal, and the record that brought it. */
export interface AlertingValue {
  patientId: string
  signal: ClassifiedSignal
  value: number
  /** Epoch ms, as all times here. */
  measuredAt: number
  receivedAt: number
  offset: number
}

/** Whether `applyValue` would change nothing: no alert of the signal is open, and the value raises none. */
export const isQuiet = (
  alerts: PatientAlerts | undefined,
  signal: ClassifiedSignal,
  value: number,
  rules: ClinicalRules,
): boolean =>
  levelOf(value, rules[signal]) === 'normal' &&
  (alerts === undefined || directions.every((direction) => alerts.open[`${signal}.${direction}`] === undefined))

/** Follows a new value. Returns the alerts of which people should hear, cleared ones included. */
export function applyValue(alerts: PatientAlerts, given: AlertingValue, rules: ClinicalRules): Alert[] {
  const limits = rules[given.signal]
  const level = levelOf(given.value, limits)
  return directions.flatMap((direction) => {
    const subject = `${given.signal}.${direction}` as const
    const severity = severityOf(level, direction)
    const alert = alerts.open[subject]
    if (alert === undefined) return severity === null ? [] : [raise(alerts, subject, direction, severity, given)]
    const before = alert.revision
    follow(alerts, subject, alert, severity, given, limits)
    return alert.revision === before ? [] : [alert]
  })
}

/** Does what somebody asked for in a record received at `at`. Returns the alert; null where it is not open any more. */
export function applyAction(alerts: PatientAlerts, action: AlertAction, at: number): Alert | null {
  const alert = Object.values(alerts.open).find(({ id }) => id === action.alertId)
  if (alert === undefined) return null
  const subject = `${alert.signal}.${alert.direction}` as const
  const change = { at, value: null, by: action.by, note: action.note }
  if (action.type === 'note') add(alert, { kind: 'noted', ...change })
  if (action.type === 'snooze') {
    alerts.snoozes[subject] = { until: at + action.minutes * 60_000, severity: alert.severity }
    add(alert, { kind: 'snoozed', ...change })
  }
  if (action.type === 'acknowledge') {
    add(alert, { kind: 'acknowledged', ...change })
    alert.isLatched = false
    if (alert.state === 'recovered') end(alerts, subject, alert)
    else alert.state = 'acknowledged'
  }
  return alert
}

function raise(
  alerts: PatientAlerts,
  subject: AlertSubject,
  direction: Direction,
  severity: Severity,
  { patientId, signal, value, measuredAt, receivedAt, offset }: AlertingValue,
): Alert {
  const alert: Alert = {
    id: `${patientId}:${signalNames[signal]}:${direction}:${offset}`,
    patientId,
    signal,
    direction,
    state: 'raised',
    severity,
    isLatched: severity === 'critical',
    worst: value,
    revision: 1,
    changes: [{ kind: 'raised', at: measuredAt, value, by: null, note: null }],
    calm: { warning: null, critical: null },
  }
  alerts.open[subject] = alert
  endSnooze(alerts, subject, severity, receivedAt)
  return alert
}

/** `severity`: that of the new value in the alert's direction; null where it is within the limits, or beyond the other ones. */
function follow(
  alerts: PatientAlerts,
  subject: AlertSubject,
  alert: Alert,
  severity: Severity | null,
  { signal, value, measuredAt, receivedAt }: AlertingValue,
  limits: Thresholds,
): void {
  const tell = (kind: AlertChange['kind']) => add(alert, { kind, at: measuredAt, value, by: null, note: null })
  alert.worst = alert.direction === 'low' ? Math.min(alert.worst, value) : Math.max(alert.worst, value)
  const margin = clearing.margins[signal]
  for (const each of ['warning', 'critical'] as const) {
    const isCalm = isClear(value, limitOf(limits, alert.direction, each), alert.direction, margin)
    const { readings, since } = alert.calm[each] ?? { readings: 0, since: measuredAt }
    alert.calm[each] = isCalm ? { readings: readings + 1, since } : null
  }
  const isOver = (each: Severity): boolean => {
    const calm = alert.calm[each]
    return calm !== null && (calm.readings >= clearing.readings || measuredAt - calm.since >= clearing.afterMs)
  }
  const isWorse = severity === 'critical' && alert.severity === 'warning'
  if (severity !== null && (isWorse || alert.state === 'recovered')) {
    tell(alert.state === 'recovered' ? 'relapsed' : 'escalated')
    alert.state = 'raised'
    alert.severity = severity
    alert.isLatched ||= severity === 'critical'
    endSnooze(alerts, subject, severity, receivedAt)
  } else if (isOver('warning') && alert.state !== 'recovered') {
    tell(alert.isLatched ? 'recovered' : 'cleared')
    if (alert.isLatched) alert.state = 'recovered'
    else end(alerts, subject, alert)
  } else if (isOver('critical') && alert.severity === 'critical' && alert.state !== 'recovered') {
    tell('eased')
    alert.severity = 'warning'
  }
}

function end(alerts: PatientAlerts, subject: AlertSubject, alert: Alert): void {
  alert.state = 'cleared'
  delete alerts.open[subject]
}

/** What is graver than what was snoozed is heard; and what has run out is forgotten. */
function endSnooze({ snoozes }: PatientAlerts, subject: AlertSubject, severity: Severity, at: number): void {
  const snooze = snoozes[subject]
  if (snooze === undefined) return
  if (snooze.until <= at || (severity === 'critical' && snooze.severity === 'warning')) delete snoozes[subject]
}

/** The first change, and the newest: who flaps for a week must not fill the views. */
const mostChanges = 50

function add(alert: Alert, change: AlertChange): void {
  const { changes } = alert
  alert.revision++
  changes.push(change)
  if (changes.length > mostChanges) changes.splice(1, 1)
}

function severityOf(level: Level, direction: Direction): Severity | null {
  if (level === direction) return 'warning'
  return level === `very_${direction}` ? 'critical' : null
}

const limitOf = (limits: Thresholds, direction: Direction, severity: Severity): number =>
  direction === 'low'
    ? severity === 'critical'
      ? limits.veryLow
      : limits.low
    : severity === 'critical'
      ? limits.veryHigh
      : limits.high

/** On the better side of the limit by the margin. */
const isClear = (value: number, limit: number, direction: Direction, margin: number): boolean =>
  direction === 'low' ? value >= limit + margin : value <= limit - margin
