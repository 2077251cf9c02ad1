// Status changes as they happen, newest first: who, from what to what, why and when.
import type { StatusAlert } from '@health/domain'
import { formatTime } from '../format.ts'
import { toneOf } from '../tone.ts'
import { words } from '../words.en.ts'
import { type Judge, MeasuredNumber, Unit } from './measured.tsx'
import { memo } from './memo.tsx'
import { reasonsInWords, StatusChip } from './status.tsx'

interface Props extends Judge {
  alerts: readonly StatusAlert[]
}

/** Every time zone's midnight falls on a quarter of an hour, and only then do the written times change. */
const quarterHourMs = 900_000

export const AlertList = ({ alerts, now, settings }: Props) => (
  <section class="panel alerts" aria-labelledby="alerts-heading">
    <div class="panel-head">
      <h2 id="alerts-heading">{words.alerts.heading}</h2>
    </div>
    {alerts.length === 0 ? (
      <p class="empty">{words.alerts.none}</p>
    ) : (
      <ol class="alert-rows">
        {alerts.map((alert) => (
          <Alert key={alert.id} alert={alert} now={now - (now % quarterHourMs)} settings={settings} />
        ))}
      </ol>
    )}
  </section>
)

const Alert = memo(({ alert, ...judge }: { alert: StatusAlert } & Judge) => (
  <li class="alert" data-tone={toneOf(alert)}>
    <a href={`#/${alert.patient_id}`}>{alert.patient_id}</a>
    <span class="change">
      <span class="previous">
        {alert.previous_status === null ? words.alerts.first : words.statuses[alert.previous_status]}
      </span>
      <span aria-hidden="true">→</span>
      <span class="visually-hidden">{words.alerts.to}</span>
      <StatusChip {...alert} />
    </span>
    <time dateTime={alert.measured_at}>{formatTime(Date.parse(alert.measured_at), judge.now)}</time>
    <span class="why">{reasonsInWords(alert.reasons)}</span>
    <AlertValue alert={alert} {...judge} />
  </li>
))

/** The value that brought it: heart rate where only that gave reasons, else glucose. */
function AlertValue({ alert, ...judge }: { alert: StatusAlert } & Judge) {
  const byHeart = alert.glucose_mgdl === null || (alert.reasons[0]?.startsWith('heart_rate') ?? false)
  const signal = byHeart ? 'heartRateBpm' : 'glucoseMgdl'
  const value = byHeart ? alert.heart_rate_bpm : alert.glucose_mgdl
  if (value === null) return null
  return (
    <span class="alert-value">
      <MeasuredNumber signal={signal} value={value} measuredAt={null} {...judge} />
      <Unit signal={signal} />
    </span>
  )
}
