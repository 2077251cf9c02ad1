import { afterEach, describe, expect, test, vi } from 'vitest'
import { beginWith, beginWithoutStorage } from '../settings.fixture.ts'
import { after, aPipelineRow, aSnapshot, noon } from '../state/sample-rows.ts'
import { initialState } from '../state/state.ts'
import { words as english } from './en.ts'
import * as languages from './languages.ts'
import { languageNames, pickLanguage } from './words.ts'

afterEach(() => vi.unstubAllGlobals())

// Another language is one file (`words.<code>.ts`) and one line in words.languages.ts. These tests then hold it, too.
describe.each(Object.entries(languages))('in the language %s', (code, words) => {
  test('every word of English is there, of the same kind, and none besides', () => {
    const both = [words, english].map((catalogue) => {
      const { parts: _, ...troubles } = catalogue.troubles
      return [...shapes({ ...catalogue, troubles })].sort()
    })
    expect(both[0]).toEqual(both[1])
  })

  test('no word is empty', () => {
    expect([...texts(words)].filter(([, text]) => text.trim() === '')).toEqual([])
  })

  test('no sentence forgets what it is told', () => {
    expect([...forgotten(words)]).toEqual([])
  })

  test('numbers and times are written in the language itself', () => {
    expect(Intl.NumberFormat.supportedLocalesOf(words.locale)).toHaveLength(1)
    expect(words.locale.split('-')[0]).toBe(code)
  })
})

test('languages stand in the list by their own names', () => {
  expect(languageNames).toContainEqual(['id', 'Bahasa Indonesia'])
})

test.each([
  [['id-ID', 'en'], 'id'],
  [['ID'], 'id'],
  [['jv', 'id', 'en'], 'id'],
  [['en-US', 'id'], 'en'],
  [['ja'], 'en'],
  [[], 'en'],
] as const)('a browser that asks for %j is spoken to in %s', (asked, language) => {
  expect(pickLanguage(asked)).toBe(language)
})

test('what was chosen on the page goes before what the browser asks for', async () => {
  vi.stubGlobal('document', {})
  vi.stubGlobal('navigator', { languages: ['en-GB'] })
  beginWith({ language: 'id' })
  expect((await import('./words.ts')).words.signals.glucose).toBe('Gula darah')
})

test('a browser that keeps nothing is asked for its languages', async () => {
  vi.stubGlobal('document', {})
  vi.stubGlobal('navigator', { languages: ['id-ID'] })
  beginWithoutStorage()
  expect((await import('./words.ts')).words.signals.glucose).toBe('Gula darah')
})

test('what is wrong with a part is told in the language, with the words of the server behind it', async () => {
  beginWith({ language: 'id' })
  const { findTroubles } = await import('../state/troubles.ts')
  const problem = {
    part: 'log',
    message: 'The log does not answer (gone).',
    next: 'Start it.',
    since: after(0),
  } as const
  const state = {
    ...initialState(noon),
    settings: aSnapshot().settings,
    pipeline: aPipelineRow({ problems: [problem] }),
  }
  const [trouble] = findTroubles({ ...state, connection: { ...state.connection, phase: 'live' } })
  expect(trouble?.next).toBe(
    'Log tidak menjawab. (The log does not answer (gone).) Apakah berjalan? docker compose up -d kafka',
  )
})

test('the unit of glucose is the one that was chosen', async () => {
  beginWith({ 'glucose-unit': 'mmol/L' })
  expect((await import('./words.ts')).words.units.glucose).toBe('mmol/L')
})

type Says = (...of: unknown[]) => unknown

/** Every leaf by its path. */
function* leaves(node: unknown, path = ''): Generator<[path: string, leaf: unknown]> {
  if (typeof node !== 'object' || node === null) yield [path, node]
  else for (const [key, child] of Object.entries(node)) yield* leaves(child, `${path}.${key}`)
}

function* shapes(words: unknown): Generator<string> {
  for (const [path, leaf] of leaves(words)) {
    yield `${path}: ${leaf === null ? 'nothing' : typeof leaf}${typeof leaf === 'function' ? ` of ${leaf.length}` : ''}`
  }
}

function* texts(words: unknown): Generator<[path: string, text: string]> {
  for (const [path, leaf] of leaves(words)) {
    if (typeof leaf === 'string') yield [path, leaf]
    if (typeof leaf === 'function') yield [path, `${(leaf as Says)(...Array.from({ length: leaf.length }, () => 2))}`]
  }
}

/** Sentences that say the same whatever stands in one of their places. */
function* forgotten(words: unknown): Generator<string> {
  for (const [path, leaf] of leaves(words)) {
    if (typeof leaf !== 'function') continue
    const says = leaf as Says
    const usual = Array.from({ length: leaf.length }, (_, i) => 11 + i)
    for (const i of usual.keys()) {
      const others = [77, ...closedWords].map((other) => says(...usual.with(i, other as number)))
      if (others.every((text) => text === says(...usual))) yield `${path}: place ${i}`
    }
  }
}

/** What functions of a few given words tell apart. */
const closedWords = ['glucose', 'heart_rate', 'low', 'high', 'critical', 'warning']
