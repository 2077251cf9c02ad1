// The alert centre: what is open, with what can be done about it, and what was cleared.
import type { AlertRow } from '@health/api'
import type { Sound } from '../alarm/sound.ts'
import { words } from '../locales/words.ts'
import { keepSetting, readText } from '../settings.ts'
import { isOpen } from '../state/alarms.ts'
import { AlarmControls } from './alarm-controls.tsx'
import { AlertItem } from './alert-item.tsx'
import type { Judge } from './measured.tsx'

const says = words.alertCentre

interface Props extends Judge {
  alerts: readonly AlertRow[]
  mayAct: boolean
  /** No token says who sits here. */
  nameless: boolean
  sound: Sound
}

/** Every time zone's midnight falls on a quarter of an hour, and only then do the written times change. */
const quarterHourMs = 900_000

export function AlertCentre({ alerts, mayAct, nameless, sound, now, settings }: Props) {
  const open = alerts.filter(isOpen)
  const cleared = alerts.filter((alert) => !isOpen(alert))
  const judge = { now: now - (now % quarterHourMs), settings }
  return (
    <section class="panel alerts" aria-labelledby="alerts-heading">
      <div class="panel-head">
        <h2 id="alerts-heading">{says.heading}</h2>
        <span class="muted">{says.open(open.length)}</span>
        <AlarmControls sound={sound} />
      </div>
      {!mayAct && open.length > 0 && <p class="muted needs-role">{says.needsRole}</p>}
      {nameless && open.length > 0 && <YourName />}
      {open.length === 0 ? (
        <p class="empty">{says.none}</p>
      ) : (
        <ol class="alert-rows" aria-label={says.heading}>
          {open.map((alert) => (
            <AlertItem key={alert.id} alert={alert} mayAct={mayAct} second={now} {...judge} />
          ))}
        </ol>
      )}
      {cleared.length > 0 && (
        <details class="alert-history">
          <summary>{says.history(cleared.length)}</summary>
          <ol class="alert-rows">
            {cleared.map((alert) => (
              <AlertItem key={alert.id} alert={alert} mayAct={false} second={0} {...judge} />
            ))}
          </ol>
        </details>
      )}
    </section>
  )
}

/** It stands beside whatever is done here, for everybody to see. */
const YourName = () => (
  <label class="your-name">
    {says.yourName}
    <input
      maxLength={32}
      autocomplete="nickname"
      placeholder={says.namePlaceholder}
      defaultValue={readText('name') ?? ''}
      onInput={({ currentTarget }) => keepSetting('name', currentTarget.value.trim())}
    />
  </label>
)
