// How figures are written for people.
import type { Goal } from './comparisons.ts'

/** Figures are kept in seconds, bytes and so many a second; these are what they are shown in. */
export type Unit = 'a second' | 's' | 'ms' | 'µs' | 'MB' | 'cores' | 'count'

const scales: Record<Unit, number> = { 'a second': 1, s: 1, ms: 1e3, µs: 1e6, MB: 1e-6, cores: 1, count: 1 }
const suffixes: Record<Unit, string> = {
  'a second': '/s',
  s: ' s',
  ms: ' ms',
  µs: ' µs',
  MB: ' MB',
  cores: ' cores',
  count: '',
}

/** Three digits are all that such figures are good for. */
const rounded = (value: number): string =>
  Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)))

export const inUnit = (value: number, unit: Unit): string => `${rounded(value * scales[unit])}${suffixes[unit]}`

/** `5.2 ×`, and below one `1/5.2`. */
export function asRatio(ratio: number): string {
  if (ratio >= 0.4 || ratio <= 0) return `${rounded(ratio)} ×`
  return `1/${rounded(1 / ratio)}`
}

/** `≥ 5 ×`, `≤ 1/2, aim 1/3` */
export function describeGoal({ of, bound, floor, aim }: Goal, unit: Unit): string {
  const write = (value: number) => (of === 'ratio' ? asRatio(value) : inUnit(value, unit))
  return `${bound === 'at least' ? '≥' : '≤'} ${write(floor)}${aim === undefined ? '' : `, aim ${write(aim)}`}`
}
