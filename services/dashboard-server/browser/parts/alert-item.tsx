// One alert: who, what, since when and how far; what was done about it, and what can be.
import type { AlertChangeRow, AlertRow } from '@health/api'
import type { ClassifiedSignal } from '@health/domain'
import { useState } from 'preact/hooks'
import { type AlertDeed, postDeed } from '../api.ts'
import { formatTime } from '../format.ts'
import { words } from '../locales/words.ts'
import { readText } from '../settings.ts'
import { firstChange, isOpen, isSnoozed, newestChange } from '../state/alarms.ts'
import type { Tone } from '../tone.ts'
import { ToneIcon } from './icons.tsx'
import { type Judge, MeasuredNumber, Unit } from './measured.tsx'
import { memo } from './memo.tsx'

const says = words.alertCentre
const snoozes = [15, 30, 60, 120] as const
const signalOf = { glucose: 'glucoseMgdl', heart_rate: 'heartRateBpm' } as const satisfies Record<
  AlertRow['signal'],
  ClassifiedSignal
>

interface Props extends Judge {
  alert: AlertRow
  mayAct: boolean
  /** The moment, for what ends by itself; `now` moves by quarters of an hour. */
  second: number
}

export const AlertItem = memo(({ alert, mayAct, second, ...judge }: Props) => {
  const tone: Tone = alert.severity === 'critical' ? `very_${alert.direction}` : alert.direction
  const { at } = firstChange(alert)
  return (
    <li class="alert" data-tone={tone} data-state={alert.state}>
      <a href={`#/${alert.patient_id}`}>{alert.patient_id}</a>
      <span class="chip" data-tone={tone}>
        <ToneIcon tone={tone} />
        {says.what(alert.signal, alert.direction, alert.severity)}
      </span>
      <span class="alert-value" title={says.worst}>
        <MeasuredNumber signal={signalOf[alert.signal]} value={alert.worst} measuredAt={null} {...judge} />
        <Unit signal={signalOf[alert.signal]} />
      </span>
      <span class="why">
        <time dateTime={at}>{says.since(formatTime(Date.parse(at), judge.now))}</time> ·{' '}
        {standing(alert, second, judge.now)}
      </span>
      {mayAct && isOpen(alert) && <Deeds alert={alert} />}
      {alert.changes.length > 1 && (
        <details class="alert-changes">
          <summary>{says.changes(alert.changes.length)}</summary>
          <ol>
            {alert.changes.map((change, i) => (
              <li key={i}>{changeInWords(change, judge.now)}</li>
            ))}
          </ol>
        </details>
      )}
    </li>
  )
})

function standing(alert: AlertRow, second: number, now: number): string {
  const acknowledged = alert.changes.findLast(({ kind }) => kind === 'acknowledged')
  if (alert.state === 'acknowledged' && acknowledged) return changeInWords(acknowledged, now)
  if (isSnoozed(alert, second) && alert.snoozed_until !== null)
    return says.snoozedUntil(formatTime(Date.parse(alert.snoozed_until), now))
  return alert.state === 'cleared' ? changeInWords(newestChange(alert), now) : says.states[alert.state]
}

function changeInWords({ kind, at, by, note }: AlertChangeRow, now: number): string {
  const what = by === null ? says.kinds[kind] : says.doneBy(says.kinds[kind], by)
  return `${formatTime(Date.parse(at), now)} ${what}${note === null ? '' : `: ${note}`}`
}

/** The one thing to do at night is one large button; the rest is behind another. */
function Deeds({ alert }: { alert: AlertRow }) {
  const [note, setNote] = useState('')
  const [answer, setAnswer] = useState('')
  const text = note.trim()
  const does = async (deed: AlertDeed) => {
    setAnswer(says.sending)
    try {
      await postDeed(alert.id, deed, readText('name') || null)
      setNote('')
      setAnswer('')
    } catch {
      setAnswer(says.notDone)
    }
  }
  const name = `${alert.patient_id}, ${says.what(alert.signal, alert.direction, alert.severity)}`
  return (
    <div class="deeds">
      {alert.state !== 'acknowledged' && (
        <button
          type="button"
          class="acknowledge"
          aria-label={`${says.acknowledge}: ${name}`}
          onClick={() => does({ kind: 'ack', note: text === '' ? null : text })}
        >
          {says.acknowledge}
        </button>
      )}
      <details>
        <summary aria-label={`${says.more}: ${name}`}>{says.more}</summary>
        <label>
          {says.note}
          <input maxLength={500} value={note} onInput={({ currentTarget }) => setNote(currentTarget.value)} />
        </label>
        <button type="button" disabled={text === ''} onClick={() => does({ kind: 'notes', note: text })}>
          {says.keepNote}
        </button>
        <fieldset>
          <legend>{says.snooze(alert.signal, alert.direction)}</legend>
          {snoozes.map((minutes) => (
            <button key={minutes} type="button" onClick={() => does({ kind: 'snooze', minutes })}>
              {says.minutes(minutes)}
            </button>
          ))}
        </fieldset>
      </details>
      <span role="status">{answer}</span>
    </div>
  )
}
