// What is said to those who hear the page: the chosen patient's values every ten seconds at most, and alerts that want to be heard.
import type { AlertRow, PatientRow } from '@health/api'
import { useEffect, useState } from 'preact/hooks'
import { formatAge, formatValue } from '../format.ts'
import { words } from '../locales/words.ts'
import { lastAlarm, loudAlerts, unheard } from '../state/alarms.ts'
import { judgedTime } from '../state/staleness.ts'
import { trendOf } from '../tone.ts'
import type { Judge } from './measured.tsx'

const valuesEveryMs = 10_000
const newsEveryMs = 3000

interface Props extends Judge {
  row: PatientRow | undefined
  alerts: readonly AlertRow[]
}

export const Announcer = ({ row, alerts, ...judge }: Props) => (
  <>
    <p class="visually-hidden" aria-live="polite">
      {useValues(row, judge)}
    </p>
    <p class="visually-hidden" role="alert">
      {useNews(alerts, judge.now)}
    </p>
  </>
)

function useValues(row: PatientRow | undefined, judge: Judge): string {
  const [said, setSaid] = useState({ text: '', at: Number.NEGATIVE_INFINITY })
  const text = row === undefined ? '' : valuesInWords(row, judge)
  useEffect(() => {
    if (text !== said.text && judge.now - said.at >= valuesEveryMs) setSaid({ text, at: judge.now })
  }, [text, judge.now, said])
  return said.text
}

/** What wants to be heard since the last that was said; what the page began with is no news. */
function useNews(alerts: readonly AlertRow[], now: number): string {
  const [said, setSaid] = useState({ text: '', at: Number.NEGATIVE_INFINITY, heard: heardOf(alerts) })
  useEffect(() => {
    const fresh = unheard(loudAlerts(alerts, now), said.heard)
    const [gravest] = fresh
    if (gravest === undefined || now - said.at < newsEveryMs) return
    setSaid({ text: alertsInWords(gravest, fresh.length - 1), at: now, heard: heardOf(alerts) })
  }, [alerts, now, said])
  return said.text
}

const heardOf = (alerts: readonly AlertRow[]) => new Map(alerts.map((alert) => [alert.id, lastAlarm(alert)]))

function valuesInWords(row: PatientRow, { now, settings }: Judge): string {
  const { glucose_mgdl, heart_rate_bpm, glucose_rate } = row.latest
  const trend = trendOf(glucose_rate)
  return [
    row.patient_id,
    row.stale ? `${words.stale}, ${formatAge(now - Date.parse(judgedTime(row)))}` : null,
    words.statuses[row.status],
    glucose_mgdl === null
      ? null
      : `${words.signals.glucose} ${formatValue('glucoseMgdl', glucose_mgdl, settings.rules)} ${words.units.glucose}`,
    trend === null ? null : words.trends[trend],
    heart_rate_bpm === null
      ? null
      : `${words.signals.heartRate} ${formatValue('heartRateBpm', heart_rate_bpm, settings.rules)}`,
  ]
    .filter((part) => part !== null)
    .join(', ')
}

function alertsInWords({ patient_id, signal, direction, severity }: AlertRow, more: number): string {
  const text = `${patient_id}, ${words.alertCentre.what(signal, direction, severity)}`
  return more > 0 ? `${text}; ${words.alertCentre.others(more)}` : text
}
