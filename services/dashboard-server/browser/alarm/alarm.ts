// The alarm: makes the alerts heard that want to be, the critical ones again and again, and tells of each change once.
import type { AlertRow } from '@health/domain'
import { lastAlarm, loudAlerts, unheard } from '../state/alarms.ts'
import { createSilenceWatch, silencesOf } from '../state/silences.ts'
import type { Store } from '../state/store.ts'
import { words } from '../words.ts'
import { remember, remembered } from './memory.ts'
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
    if (state.settings !== null && watchSilences(silencesOf(state), now)) sound.play(silence)
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
      notify(alert)
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

/** The browser shows one at a time of an alert, and none where nobody has allowed it. */
function notify({ id, patient_id, signal, direction, severity }: AlertRow): void {
  if (!('Notification' in window) || Notification.permission !== 'granted') return
  const options = {
    tag: id,
    body: words.alertCentre.what(signal, direction, severity),
    requireInteraction: severity === 'critical',
  }
  try {
    const shown = new Notification(patient_id, options)
    shown.onclick = () => {
      focus()
      location.hash = `/${patient_id}`
    }
  } catch {
    // Chrome on Android lets only service workers notify; the sound is heard all the same.
  }
}

function readHeard(): Map<string, number> {
  try {
    return new Map(JSON.parse(remembered('heard') ?? '[]'))
  } catch {
    return new Map()
  }
}

function keepHeard(heard: Map<string, number>): void {
  for (const id of heard.keys()) {
    if (heard.size <= mostHeard) break
    heard.delete(id)
  }
  remember('heard', JSON.stringify([...heard]))
}
