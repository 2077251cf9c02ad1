// The header: what this is, whether it is live, how many patients and how many of them critical.
import type { Sound } from '../alarm/sound.ts'
import { formatMs } from '../format.ts'
import { words } from '../locales/words.ts'
import { countCritical, isSignedOut, type State } from '../state/state.ts'
import { flowOf } from '../state/troubles.ts'
import { SoundButton } from './alarm-controls.tsx'
import { LeaveIcon } from './icons.tsx'
import { Settings } from './settings.tsx'

type Shown = Pick<State, 'connection' | 'now' | 'pipeline' | 'ranking' | 'session' | 'settings'>

export function Header({ sound, onSignOut, ...state }: Shown & { sound: Sound; onSignOut(): void }) {
  const critical = countCritical(state)
  // Before anybody has signed in there is nothing to be said of.
  const isBlank = isSignedOut(state) && state.settings === null
  return (
    <header class="top">
      <h1>{words.title}</h1>
      {!isBlank && <ConnectionState {...state} />}
      <span class="counts">
        {!isBlank && <span>{words.header.patients(state.ranking.length)}</span>}
        {critical > 0 && <b class="critical-count">{words.header.critical(critical)}</b>}
      </span>
      {!isBlank && <SoundButton sound={sound} />}
      <Settings>
        {state.session?.signed_in && <SignOutButton name={state.session.name} onSignOut={onSignOut} />}
      </Settings>
    </header>
  )
}

function ConnectionState(state: Shown) {
  const { latencyMs } = state.connection
  const flow = flowOf(state)
  return (
    <span class="connection" data-state={flow}>
      <span class="dot" />
      <span role="status">{words.header[flow]}</span>
      {flow === 'live' && latencyMs !== null && (
        <span class="latency" title={words.header.latencyTitle}>
          {formatMs(latencyMs)}
        </span>
      )}
    </span>
  )
}

function SignOutButton({ name, onSignOut }: { name: string | null; onSignOut(): void }) {
  const title = name === null ? words.header.signOut : words.header.signedInAs(name)
  return (
    <button type="button" class="quiet sign-out" title={title} onClick={onSignOut}>
      <LeaveIcon />
      <span>{words.header.signOut}</span>
    </button>
  )
}
