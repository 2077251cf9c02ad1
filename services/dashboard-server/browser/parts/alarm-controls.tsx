// Whether alarms can be heard, said at all times; their volume, a test, and notifications.
import { useEffect, useRef, useState } from 'preact/hooks'
import { melodyOf } from '../alarm/alarm.ts'
import type { Sound, SoundState } from '../alarm/sound.ts'
import { words } from '../locales/words.ts'
import { SoundIcon } from './icons.tsx'

const says = words.alertCentre

/** In sight at all times: nobody may sleep beside a page that cannot be heard without knowing it. */
export function SoundButton({ sound }: { sound: Sound }) {
  useSound(sound)
  const state = sound.state()
  // A touch anywhere unblocks it, this one too, and mostly before it ends: then it must not switch off what it has begun.
  const before = useRef<SoundState | null>(null)
  const onPress = (event: PointerEvent | KeyboardEvent) => {
    // A key that stays down comes again and again.
    if (!('repeat' in event && event.repeat)) before.current = sound.state()
  }
  const onClick = () => {
    if ((before.current ?? sound.state()) !== 'blocked') sound.setOn(sound.state() === 'off')
    before.current = null
  }
  const press = { onPointerDown: onPress, onKeyDown: onPress, onClick }
  return (
    <button type="button" class="quiet sound" data-state={state} title={says.soundStates[state]} {...press}>
      <SoundIcon crossed={state !== 'on'} />
      <span>{says.soundStates[state]}</span>
    </button>
  )
}

/** Volume, a test, and notifications. */
export function AlarmControls({ sound }: { sound: Sound }) {
  useSound(sound)
  const [tested, setTested] = useState(false)
  const test = () => {
    sound.play(melodyOf({ severity: 'warning', direction: 'low' }))
    setTested(true)
  }
  return (
    <details class="alarm-controls">
      <summary class="quiet">{says.sound}</summary>
      <label>
        {says.volume}
        <input
          type="range"
          min={0.1}
          max={1}
          step={0.1}
          value={sound.volume()}
          onChange={({ currentTarget }) => sound.setVolume(Number(currentTarget.value))}
        />
      </label>
      <button type="button" disabled={sound.state() !== 'on'} onClick={test}>
        {says.soundTest}
      </button>
      <span role="status">{tested && says.soundTested}</span>
      <Notifications />
    </details>
  )
}

/** Draws again what shows the sound's state. */
function useSound(sound: Sound): void {
  const [, drawAgain] = useState(0)
  useEffect(() => sound.subscribe(() => drawAgain((n) => n + 1)), [sound])
}

function Notifications() {
  const [permission, setPermission] = useState('Notification' in window ? Notification.permission : 'denied')
  if (permission === 'granted') return null
  if (permission === 'denied') return <span class="muted">{says.notificationsBlocked}</span>
  return (
    <button type="button" onClick={async () => setPermission(await Notification.requestPermission())}>
      {says.askNotifications}
    </button>
  )
}
