// How values, times and ages are written. All of it, so that units and languages change in one place.
import { type ClassifiedSignal, type ClinicalRules, levelOf } from '@health/domain'
import { words } from './words.en.ts'

/**
 * A value in as few digits as tell the truth: whole, save where rounding would carry it over a threshold (53.6 is very
 * low, 54 is not).
 */
export function formatValue(signal: ClassifiedSignal, value: number, rules: ClinicalRules): string {
  const level = levelOf(value, rules[signal])
  for (const digits of [0, 1, 2]) {
    const text = value.toFixed(digits)
    if (levelOf(Number(text), rules[signal]) === level) return text
  }
  return String(value)
}

/** A figure of many values, one decimal; a dash where there is none. */
export const formatFigure = (value: number | null): string => (value === null ? '–' : value.toFixed(1))

export const formatTemperature = (celsius: number): string => celsius.toFixed(1)

/** A change with its sign, true minus included: −3, +2, ±0. */
export function formatDelta(delta: number): string {
  const size = Math.abs(delta)
  const text = size >= 1 || size === 0 ? Math.round(size).toString() : size.toFixed(1)
  return Number(text) === 0 ? '±0' : `${delta < 0 ? '−' : '+'}${text}`
}

/** A share in whole percent, save that a little never reads as none, nor almost all as all. */
export function formatPercent(percent: number): string {
  if (percent > 0 && percent < 1) return '<1'
  if (percent > 99 && percent < 100) return '>99'
  return Math.round(percent).toString()
}

export const formatCount = (n: number): string => n.toLocaleString('en')

/** Records a second, with a decimal where it matters. */
export const formatRate = (rate: number): string =>
  rate.toLocaleString('en', { maximumFractionDigits: rate < 10 ? 1 : 0 })

/** Milliseconds, with a decimal where it matters. */
export const formatMs = (ms: number): string => `${ms < 10 ? ms.toFixed(1) : formatCount(Math.round(ms))}\u00a0ms`

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

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })
const clockOfMinute = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })
const dayAndClock = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
})
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })

/** A moment in the browser's time zone, to the second (`02:14:07`); with its day when that is not the day of `now`. */
export const formatTime = (ms: number, now: number): string =>
  day.format(ms) === day.format(now) ? clock.format(ms) : dayAndClock.format(ms)

/** The same to the minute (`02:14`). */
export const formatMinute = (ms: number, now: number): string =>
  day.format(ms) === day.format(now) ? clockOfMinute.format(ms) : dayAndClock.format(ms)

/** The clock alone, to the second: for axes. */
export const formatClock = (ms: number): string => clock.format(ms)
