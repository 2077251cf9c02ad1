import { afterEach, expect, test, vi } from 'vitest'
import { beginWith } from './settings.fixture.ts'
import { coloursOf } from './theme.ts'

afterEach(() => vi.unstubAllGlobals())

const usual = { contrast: false, forced: false }

test.each([
  ['auto', usual, { theme: 'auto', contrast: 'usual' }],
  ['dark', usual, { theme: 'dark', contrast: 'usual' }],
  ['contrast', usual, { theme: 'auto', contrast: 'more' }],
  ['auto', { contrast: true, forced: false }, { theme: 'auto', contrast: 'more' }],
  ['light', { contrast: true, forced: false }, { theme: 'light', contrast: 'more' }],
  ['light', { contrast: true, forced: true }, { theme: 'auto', contrast: 'more' }],
] as const)('%s on a system of %o shows %o', (theme, system, shown) => {
  expect(coloursOf(theme, system)).toEqual(shown)
})

test('the page follows the choice, and the system when it changes', async () => {
  beginWith({ theme: 'dark' })
  const root = { dataset: {} }
  const system = new Map<string, { matches: boolean; changed?: () => void }>()
  vi.stubGlobal('document', { documentElement: root })
  vi.stubGlobal('matchMedia', (query: string) => {
    const answer = system.get(query) ?? { matches: false }
    system.set(query, answer)
    return Object.assign(answer, {
      addEventListener: (_: string, changed: () => void) => {
        answer.changed = changed
      },
    })
  })
  const { chooseTheme, onThemeChange, restoreTheme } = await import('./theme.ts')
  const recolour = vi.fn()
  onThemeChange(recolour)
  restoreTheme()
  expect(root.dataset).toEqual({ theme: 'dark', contrast: 'usual' })
  const contrast = system.get('(prefers-contrast: more)')
  Object.assign(contrast ?? {}, { matches: true })
  contrast?.changed?.()
  expect(root.dataset).toEqual({ theme: 'dark', contrast: 'more' })
  chooseTheme('light')
  expect(root.dataset).toEqual({ theme: 'light', contrast: 'more' })
  expect(recolour).toHaveBeenCalledTimes(3)
})
