// Direction and gravity of a status or a value: what colour, icon and arrow carry, never alone.
import type { PatientRow } from '@health/api'
import { type ClassifiedSignal, type ClinicalRules, levelOf } from '@health/domain'

/** `very_` is critical; the others of a direction are warnings. */
export type Tone = 'very_low' | 'low' | 'normal' | 'high' | 'very_high'

/** The tone of a status: a warning has the direction of its first reason. */
export function toneOf({ status, reasons }: Pick<PatientRow, 'status' | 'reasons'>): Tone {
  if (status === 'CRITICAL_LOW') return 'very_low'
  if (status === 'CRITICAL_HIGH') return 'very_high'
  if (status === 'NORMAL') return 'normal'
  return reasons[0]?.endsWith('_low') ? 'low' : 'high'
}

/** The tone of one value by itself. */
export const toneOfValue = (signal: ClassifiedSignal, value: number, rules: ClinicalRules): Tone =>
  levelOf(value, rules[signal])

export const trends = [
  'falling_fast',
  'falling',
  'falling_slowly',
  'steady',
  'rising_slowly',
  'rising',
  'rising_fast',
] as const
export type Trend = (typeof trends)[number]

/** The arrow for a rate in mg/dL per minute, by the limits CGM makers use (1, 2 and 3); null without a rate. */
export function trendOf(rate: number | null): Trend | null {
  if (rate === null) return null
  const size = Math.abs(rate)
  const step = size > 3 ? 3 : size > 2 ? 2 : size > 1 ? 1 : 0
  return trends[3 + Math.sign(rate) * step] ?? null
}
