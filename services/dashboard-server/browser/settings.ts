// What a person has set on this page, and what it has told them. This browser keeps it, where it may.

type Setting = 'language' | 'glucose-unit' | 'theme' | 'name' | 'sound' | 'volume' | 'alarms-heard'

// A browser may forbid storage; a choice then lasts as long as the page.
const unkept = new Map<Setting, string>()

/** What was chosen before; null when nothing was, or nothing that is still one of `choices`. */
export function readSetting<Choice extends string>(name: Setting, choices: readonly Choice[]): Choice | null {
  const value = readText(name)
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

/** What was kept before; null when nothing was. */
export function readText(name: Setting): string | null {
  const value = unkept.get(name)
  if (value !== undefined) return value
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
