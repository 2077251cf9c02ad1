// What a person has set on this page: language, unit of glucose, colours. This browser keeps it, where it may.

type Setting = 'language' | 'glucose-unit' | 'theme'

// A browser may forbid storage; a choice then lasts as long as the page.
const unkept = new Map<Setting, string>()

/** What was chosen before; null when nothing was, or nothing that is still one of `choices`. */
export function readSetting<Choice extends string>(name: Setting, choices: readonly Choice[]): Choice | null {
  const value = unkept.get(name) ?? readKept(name)
  return choices.find((choice) => choice === value) ?? null
}

export function keepSetting(name: Setting, value: string): void {
  unkept.set(name, value)
  try {
    localStorage.setItem(name, value)
  } catch {
    return
  }
}

function readKept(name: Setting): string | null {
  try {
    return localStorage.getItem(name)
  } catch {
    return null
  }
}

export const glucoseUnits = ['mg/dL', 'mmol/L'] as const
export type GlucoseUnit = (typeof glucoseUnits)[number]

/** What glucose is written in. It stays while the page lives: another choice takes a fresh page, as a language does. */
export const glucoseUnit: GlucoseUnit = readSetting('glucose-unit', glucoseUnits) ?? 'mg/dL'
