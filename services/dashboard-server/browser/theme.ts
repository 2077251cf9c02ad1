// The colours: light or dark as the system has it until the person chooses, in high contrast where either asks for it.
import { keepSetting, readSetting } from './settings.ts'

export const themes = ['auto', 'light', 'dark', 'contrast'] as const
export type Theme = (typeof themes)[number]

/** What the system asks for: more contrast, or colours of its own in place of the page's. */
interface System {
  contrast: boolean
  forced: boolean
}

/** What the style goes by. `auto`: light or dark as the system has it, which the style itself asks. */
export interface Shown {
  theme: Exclude<Theme, 'contrast'>
  contrast: 'more' | 'usual'
}

/** Forced colours are light or dark of their own, so that no choice of the page may stand against them. */
export function coloursOf(theme: Theme, system: System): Shown {
  if (system.forced || theme === 'contrast') return { theme: 'auto', contrast: 'more' }
  return { theme, contrast: system.contrast ? 'more' : 'usual' }
}

const queries = {
  dark: '(prefers-color-scheme: dark)',
  contrast: '(prefers-contrast: more)',
  forced: '(forced-colors: active)',
}
const listeners = new Set<() => void>()

/** Shows the colours that were chosen before, if any. Called once, before anything is drawn. */
export function restoreTheme(): void {
  show()
  for (const query of Object.values(queries)) matchMedia(query).addEventListener('change', show)
}

export const chosenTheme = (): Theme => readSetting('theme', themes) ?? 'auto'

/** Shows these colours, and keeps the choice. */
export function chooseTheme(theme: Theme): void {
  keepSetting('theme', theme)
  show()
}

/** Calls `changed` after the colours on the page have changed. */
export function onThemeChange(changed: () => void): () => void {
  listeners.add(changed)
  return () => listeners.delete(changed)
}

function show(): void {
  const system = { contrast: matchMedia(queries.contrast).matches, forced: matchMedia(queries.forced).matches }
  Object.assign(document.documentElement.dataset, coloursOf(chosenTheme(), system))
  for (const changed of listeners) changed()
}
