// How values, times and ages are written. All of it, so that units and languages change in one place: what is measured,
// stored and judged stays in mg/dL, and is turned into the person's unit only here.
import { type ClassifiedSignal, type ClinicalRules, levelOf, mgdlPerMmol } from '@health/domain'
import { words } from './locales/words.ts'
import { glucoseUnit } from './settings.ts'

const inMmol = glucoseUnit === 'mmol/L'
const isConverted = (signal: ClassifiedSignal): boolean => inMmol && signal === 'glucoseMgdl'

const shown = (signal: ClassifiedSignal, value: number): number => (isConverted(signal) ? value / mgdlPerMmol : value)

// Measured values are never grouped: 1.000 is a thousand in one language and one in another.
const fixed = [0, 1, 2].map(
  (digits) =>
    new Intl.NumberFormat(words.locale, {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
      useGrouping: false,
    }),
)
const exact = new Intl.NumberFormat(words.locale, { maximumFractionDigits: 20, useGrouping: false })

const write = (value: number, digits: 0 | 1 | 2): string => fixed[digits]?.format(value) ?? exact.format(value)

/**
 * A value in as few digits as tell the truth: whole, save where rounding would carry it over a threshold (53.6 is very
 * low, 54 is not). mmol/L have one decimal always, as the devices that show them do.
 */
export function formatValue(signal: ClassifiedSignal, value: number, rules: ClinicalRules): string {
  if (isConverted(signal)) return write(shown(signal, value), 1)
  const level = levelOf(value, rules[signal])
  for (const digits of [0, 1, 2] as const) {
    const rounded = Number(value.toFixed(digits))
    if (levelOf(rounded, rules[signal]) === level) return write(rounded, digits)
  }
  return exact.format(value)
}

/** A threshold, or a mark on the axis of a graph. */
export const formatLimit = (signal: ClassifiedSignal, limit: number): string =>
  isConverted(signal) ? write(shown(signal, limit), 1) : exact.format(limit)

/** A figure of many values, one decimal; a dash where there is none. */
export const formatFigure = (signal: ClassifiedSignal, value: number | null): string =>
  value === null ? '–' : write(shown(signal, value), 1)

export const formatTemperature = (celsius: number): string => write(celsius, 1)

/** A change of glucose (mg/dL) with its sign, true minus included: −3, +2, ±0. */
export function formatDelta(mgdl: number): string {
  const size = Math.abs(shown('glucoseMgdl', mgdl))
  return signed(mgdl, size, !inMmol && size >= 1 ? 0 : 1)
}

/** A rate of change of glucose (mg/dL a minute), with its sign: +1.2, in mmol/L +0.07. */
export const formatGlucoseRate = (mgdlPerMinute: number): string =>
  signed(mgdlPerMinute, Math.abs(shown('glucoseMgdl', mgdlPerMinute)), inMmol ? 2 : 1)

function signed(change: number, size: number, digits: 0 | 1 | 2): string {
  if (Number(size.toFixed(digits)) === 0) return '±0'
  return `${change < 0 ? '−' : '+'}${write(size, digits)}`
}

/** A share in whole percent, save that a little never reads as none, nor almost all as all. */
export function formatPercent(percent: number): string {
  if (percent > 0 && percent < 1) return '<1'
  if (percent > 99 && percent < 100) return '>99'
  return write(percent, 0)
}

export const formatCount = (n: number): string => n.toLocaleString(words.locale)

/** Records a second, with a decimal where it matters. */
export const formatRate = (rate: number): string =>
  rate.toLocaleString(words.locale, { maximumFractionDigits: rate < 10 ? 1 : 0 })

/** Milliseconds, with a decimal where it matters. */
export const formatMs = (ms: number): string => `${ms < 10 ? write(ms, 1) : formatCount(Math.round(ms))}\u00a0ms`

/** How long ago, in the one or two largest units; the future reads as now. */
export function formatAge(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const minutes = Math.floor(seconds / 60)
  const hours = Math.floor(minutes / 60)
  if (seconds < 60) return words.age.seconds(seconds)
  if (minutes < 60) return words.age.minutes(minutes)
  if (hours < 48) return words.age.hours(hours, minutes % 60)
  return words.age.days(Math.floor(hours / 24))
}

const clock = new Intl.DateTimeFormat(words.locale, { hour: '2-digit', minute: '2-digit', second: '2-digit' })
const clockOfMinute = new Intl.DateTimeFormat(words.locale, { hour: '2-digit', minute: '2-digit' })
const dayAndClock = new Intl.DateTimeFormat(words.locale, {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
})
const day = new Intl.DateTimeFormat(words.locale, { day: 'numeric', month: 'short', year: 'numeric' })

/** A moment in the browser's time zone, to the second (`02:14:07`); with its day when that is not the day of `now`. */
export const formatTime = (ms: number, now: number): string =>
  day.format(ms) === day.format(now) ? clock.format(ms) : dayAndClock.format(ms)

/** The same to the minute (`02:14`). */
export const formatMinute = (ms: number, now: number): string =>
  day.format(ms) === day.format(now) ? clockOfMinute.format(ms) : dayAndClock.format(ms)

/** The clock alone, to the second: for axes. */
export const formatClock = (ms: number): string => clock.format(ms)
