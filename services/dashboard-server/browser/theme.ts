// Light or dark: the system's choice until the person makes one, which this browser keeps.

export type Theme = 'light' | 'dark'

const key = 'theme'
const systemIsDark = matchMedia('(prefers-color-scheme: dark)')
const listeners = new Set<() => void>()

/** Shows the theme that was chosen before, if any. Called once, before anything is drawn. */
export function restoreTheme(): void {
  show(chosenTheme())
  systemIsDark.addEventListener('change', tell)
}

export const shownTheme = (): Theme => chosenTheme() ?? (systemIsDark.matches ? 'dark' : 'light')

/** Changes to the other theme and keeps that choice. */
export function switchTheme(): Theme {
  const theme = shownTheme() === 'dark' ? 'light' : 'dark'
  keep(theme)
  show(theme)
  tell()
  return theme
}

/** Calls `changed` after the colours on the page have changed. */
export function onThemeChange(changed: () => void): () => void {
  listeners.add(changed)
  return () => listeners.delete(changed)
}

function tell(): void {
  for (const changed of listeners) changed()
}

function show(theme: Theme | null): void {
  if (theme !== null) document.documentElement.dataset['theme'] = theme
}

// A browser may forbid storage; the choice then lasts as long as the page.
let unkept: Theme | null = null

function chosenTheme(): Theme | null {
  try {
    const kept = localStorage.getItem(key)
    return kept === 'light' || kept === 'dark' ? kept : unkept
  } catch {
    return unkept
  }
}

function keep(theme: Theme): void {
  unkept = theme
  try {
    localStorage.setItem(key, theme)
  } catch {
    return
  }
}
