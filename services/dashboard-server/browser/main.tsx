// The page begins: the store, the clock, the address, the connection, and the one tree that shows them.
import { render } from 'preact'
import { runAlarm } from './alarm/alarm.ts'
import { createSound } from './alarm/sound.ts'
import { openConnection } from './connection.ts'
import { language, words } from './locales/words.ts'
import { App } from './parts/app.tsx'
import { countCritical, initialState } from './state/state.ts'
import { createStore } from './state/store.ts'
import { restoreTheme } from './theme.ts'

document.documentElement.lang = language
restoreTheme()
const store = createStore(initialState(Date.now()))
followAddress()
runClock()
store.subscribe(nameTab)
const sound = createSound()
runAlarm(store, sound)
const page = document.getElementById('page')
if (page !== null) render(<App store={store} sound={sound} />, page)
openConnection(store)

/** `#/p001` chooses that patient; no name, whoever is gravest first; `#wall` shows all of them. */
function followAddress(): void {
  const read = () => {
    if (location.hash === '#wall') return store.dispatch({ type: 'wall' })
    const patientId = location.hash.replace(/^#\/?/, '')
    store.dispatch({ type: 'chose', patientId: patientId === '' ? null : patientId })
  }
  read()
  addEventListener('hashchange', () => {
    read()
    // On a phone the bedside is below the list: whoever chose a patient wants to see it.
    if (matchMedia('(width < 900px)').matches) document.querySelector('.bedside')?.scrollIntoView()
  })
}

function runClock(): void {
  const tick = () => store.dispatch({ type: 'ticked', now: Date.now() })
  setInterval(tick, 1000)
  // The clock of a hidden tab is slowed down: whoever comes back must not see old ages.
  document.addEventListener('visibilitychange', tick)
}

/** A tab in the background still tells how many patients are critical. */
function nameTab(): void {
  const critical = countCritical(store.state())
  const title = critical > 0 ? `${words.header.critical(critical)} · ${words.title}` : words.title
  if (document.title !== title) document.title = title
}
