// The header: what this is, whether it is live, how many patients and how many of them critical.
import { useState } from 'preact/hooks'
import { formatMs } from '../format.ts'
import { countCritical, isSilent, type State } from '../state/state.ts'
import { shownTheme, switchTheme } from '../theme.ts'
import { words } from '../words.en.ts'
import { HalfMoonIcon } from './icons.tsx'

type Shown = Pick<State, 'connection' | 'now' | 'ranking'>

export function Header(state: Shown) {
  const critical = countCritical(state)
  return (
    <header class="top">
      <h1>{words.title}</h1>
      <ConnectionState {...state} />
      <span class="counts">
        <span>{words.header.patients(state.ranking.length)}</span>
        {critical > 0 && <b class="critical-count">{words.header.critical(critical)}</b>}
      </span>
      <ThemeButton />
    </header>
  )
}

function ConnectionState(state: Shown) {
  const { phase, latencyMs } = state.connection
  const line = isSilent(state) ? 'silent' : phase
  return (
    <span class="connection" data-state={line}>
      <span class="dot" />
      <span role="status">{words.header[line]}</span>
      {line === 'live' && latencyMs !== null && (
        <span class="latency" title={words.header.latencyTitle}>
          {formatMs(latencyMs)}
        </span>
      )}
    </span>
  )
}

function ThemeButton() {
  const [theme, setTheme] = useState(shownTheme())
  const label = theme === 'dark' ? words.header.themeToLight : words.header.themeToDark
  return (
    <button type="button" class="quiet" aria-label={label} title={label} onClick={() => setTheme(switchTheme())}>
      <HalfMoonIcon />
    </button>
  )
}
