// What is said to those who hear the page: the chosen patient's values every ten seconds at most, and new status changes.
import type { PatientRow, StatusAlert } from '@health/domain'
import { useEffect, useState } from 'preact/hooks'
import { formatAge, formatValue } from '../format.ts'
import { judgedTime } from '../state/staleness.ts'
import { trendOf } from '../tone.ts'
import { words } from '../words.en.ts'
import type { Judge } from './measured.tsx'
import { reasonsInWords } from './status.tsx'

const valuesEveryMs = 10_000
const newsEveryMs = 3000

interface Props extends Judge {
  row: PatientRow | undefined
  alerts: readonly StatusAlert[]
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

/** The changes since the last ones that were said; those that the page began with are no news. */
function useNews(alerts: readonly StatusAlert[], now: number): string {
  const [said, setSaid] = useState({ text: '', at: Number.NEGATIVE_INFINITY, upTo: alerts[0]?.received_at ?? '' })
  useEffect(() => {
    const fresh = alerts.filter(({ received_at }) => received_at > said.upTo)
    const [newest] = fresh
    if (newest === undefined || now - said.at < newsEveryMs) return
    setSaid({ text: alertsInWords(newest, fresh.length - 1), at: now, upTo: newest.received_at })
  }, [alerts, now, said])
  return said.text
}

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

function alertsInWords({ patient_id, status, reasons }: StatusAlert, more: number): string {
  const text = [patient_id, words.statuses[status], reasonsInWords(reasons)].filter((part) => part !== '').join(', ')
  return more > 0 ? `${text}; ${words.alerts.more(more)}` : text
}
