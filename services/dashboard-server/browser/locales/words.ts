// The words of the page, in the language that was chosen on it, else in one that the browser asks for, else in English.
import type { DropReason } from '@health/domain'
import { glucoseUnit, readSetting } from '../settings.ts'
import type { Words } from './en.ts'
import * as catalogues from './languages.ts'

const languages = { ...catalogues }
export type Language = keyof typeof languages
const codes = Object.keys(languages) as Language[]

/** Each language by its own name. */
export const languageNames = codes.map((code) => [code, languages[code].name] as const)

/** The first of the languages `asked` for (BCP 47, like `id-ID`) that the page speaks; English where there is none. */
export const pickLanguage = (asked: readonly string[]): Language =>
  asked.map((tag) => codes.find((code) => code === tag.split('-')[0]?.toLowerCase())).find(Boolean) ?? 'en'

// Where there is no page nobody asks.
const asked = typeof document === 'undefined' ? [] : navigator.languages

/** It stays while the page lives: another choice takes a fresh page. */
export const language: Language = readSetting('language', codes) ?? pickLanguage(asked)

const spoken: Words = languages[language]
export const words = { ...spoken, units: { ...spoken.units, glucose: glucoseUnit } }

/** Why something was dropped. A reason that this page does not know yet is told as it is. */
export const dropReasons = (reasons: readonly DropReason[]): string =>
  reasons.map((reason) => words.dropped[reason] ?? reason).join(', ')
