// How figures are written for people.
import type { Goal } from './comparisons.ts'

/** Figures are kept in seconds, bytes and so many a second; these are what they are shown in. */
export type Unit = 'a second' | 's' | 'ms' | 'µs' | 'MB' | 'kB' | 'B' | 'cores' | 'count'

const scales: Record<Unit, number> = {
  'a second': 1,
  s: 1,
  ms: 1e3,
  µs: 1e6,
  MB: 1e-6,
  kB: 1e-3,
  B: 1,
  cores: 1,
  count: 1,
}
const suffixes: Record<Unit, string> = {
  'a second': '/s',
  s: ' s',
  ms: ' ms',
  µs: ' µs',
  MB: ' MB',
  kB: ' kB',
  B: ' B',
  cores: ' cores',
  count: '',
}

/** Three digits are all that such figures are good for. */
const rounded = (value: number): string =>
  Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)))

/** NaN, which is no figure, is written `–`. */
export const inUnit = (value: number, unit: Unit): string =>
  Number.isNaN(value) ? '–' : `${rounded(value * scales[unit])}${suffixes[unit]}`

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

const byteScales = [
  ['PB', 1e15],
  ['TB', 1e12],
  ['GB', 1e9],
  ['MB', 1e6],
] as const

/** `2.4 GB` */
export function asBytes(bytes: number): string {
  const [name, scale] = byteScales.find((each) => bytes >= each[1]) ?? ['kB', 1e3]
  return Number.isNaN(bytes) ? '–' : `${rounded(bytes / scale)} ${name}`
}

/** `12 s`, `3.5 min`, `2.1 h` */
export function asDuration(seconds: number): string {
  if (Number.isNaN(seconds)) return '–'
  if (seconds < 120) return `${rounded(seconds)} s`
  return seconds < 7200 ? `${rounded(seconds / 60)} min` : `${rounded(seconds / 3600)} h`
}
