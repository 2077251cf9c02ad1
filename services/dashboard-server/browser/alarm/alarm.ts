// The alarm: makes the alerts heard that want to be, the critical ones again and again, and tells of each change once.
import type { AlertRow } from '@health/api'
import { words } from '../locales/words.ts'
import { keepSetting, readText } from '../settings.ts'
import { lastAlarm, loudAlerts, unheard } from '../state/alarms.ts'
import { createSilenceWatch, silencesOf } from '../state/silences.ts'
import type { Store } from '../state/store.ts'
import { findTroubles } from '../state/troubles.ts'
import type { Melody, Sound } from './sound.ts'

/** What is critical is heard so often, until somebody acknowledges or snoozes it. */
const repeatMs = 10_000
/** Alerts that were heard are remembered up to this number. */
const mostHeard = 500

/** Runs for as long as the page lives. */
export function runAlarm(store: Store, sound: Sound): void {
  const heard = readHeard()
  const watchSilences = createSilenceWatch()
  let playedAt = Number.NEGATIVE_INFINITY
  store.observe(() => {
    const state = store.state()
    const { alerts, now } = state
    // Nothing is known of anybody before the first snapshot.
    if (state.settings !== null && watchSilences(silencesOf(state), now)) {
      sound.play(silence)
      notify(words.title, { tag: 'silence', body: findTroubles(state)[0]?.text ?? '' })
    }
    const loud = loudAlerts(alerts, now)
    const news = unheard(loud, heard)
    const isDue = loud.some(({ severity }) => severity === 'critical') && now - playedAt >= repeatMs
    const [gravest] = loud
    if (gravest !== undefined && (news.length > 0 || isDue)) {
      sound.play(melodyOf(gravest))
      playedAt = now
    }
    if (news.length === 0) return
    for (const alert of news) {
      heard.set(alert.id, lastAlarm(alert))
      notifyOf(alert)
    }
    keepHeard(heard)
  })
}

/** Neither high nor low: one tone. */
const silence: Melody = { pulses: 1, falls: false }

export const melodyOf = ({ severity, direction }: Pick<AlertRow, 'severity' | 'direction'>): Melody => ({
  pulses: severity === 'critical' ? 6 : 2,
  falls: direction === 'low',
})

function notifyOf({ id, patient_id, signal, direction, severity }: AlertRow): void {
  const body = words.alertCentre.what(signal, direction, severity)
  notify(patient_id, { tag: id, body, requireInteraction: severity === 'critical' }, `/${patient_id}`)
}

/** The browser shows one at a time of a tag, and none where nobody has allowed it. A click leads to the page, at `address`. */
function notify(title: string, options: NotificationOptions, address: string | null = null): void {
  if (!('Notification' in window) || Notification.permission !== 'granted') return
  try {
    const shown = new Notification(title, options)
    shown.onclick = () => {
      focus()
      if (address !== null) location.hash = address
    }
  } catch {
    // Chrome on Android lets only service workers notify; the sound is heard all the same.
  }
}

function readHeard(): Map<string, number> {
  try {
    return new Map(JSON.parse(readText('alarms-heard') ?? '[]'))
  } catch {
    return new Map()
  }
}

function keepHeard(heard: Map<string, number>): void {
  for (const id of heard.keys()) {
    if (heard.size <= mostHeard) break
    heard.delete(id)
  }
  keepSetting('alarms-heard', JSON.stringify([...heard]))
}
