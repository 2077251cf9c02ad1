// The spans of time that the graph can show, and the minutes of the longer ones, kept current by what is told live. Pure.
import type { LiveReading, MinuteRow, SpreadRow } from '@health/api'

/** Seconds up to now. The first shows every reading, the others a row a minute. */
export const spans = [60, 10_800, 21_600, 43_200, 86_400] as const
export type Span = (typeof spans)[number]
export const liveSpan = spans[0]
/** What a patient whose readings are rare is opened on. */
export const shortestHistory = spans[1]

/** What the graph is drawn from: one kind or the other. */
export type GraphRow = LiveReading | MinuteRow

const minuteMs = 60_000
/** One reading in 20 s: below it a minute's graph is next to empty. */
const readingsPerMinute = 3

/**
 * What to open a patient on, from the minutes of the last hours. Judged by glucose where there is any: a fast watch makes
 * no live graph of a slow sensor. The first minute and the one under way are no evidence, for they are not whole.
 */
export function openingSpan(minutes: readonly MinuteRow[], now: number): Span {
  const signal = minutes.some(({ glucose_mgdl }) => glucose_mgdl !== null) ? 'glucose_mgdl' : 'heart_rate_bpm'
  const measured = minutes.filter((minute) => minute[signal] !== null)
  const isOver = ({ measured_at }: MinuteRow) => Date.parse(measured_at) + minuteMs <= now
  const counts = measured
    .slice(1)
    .filter(isOver)
    .map((minute) => minute[signal]?.count ?? 0)
  const usual = counts.sort((a, b) => a - b)[Math.floor(counts.length / 2)]
  if (usual !== undefined) return usual < readingsPerMinute ? shortestHistory : liveSpan
  const newest = measured.at(-1)
  return newest === undefined || isOver(newest) ? shortestHistory : liveSpan
}

/**
 * The minutes with the readings that were told since, oldest first; the same list where they say nothing more. The live
 * window holds the minute under way as a whole, so of two accounts of a minute the one of more readings is right, and
 * to take a reading twice changes nothing.
 */
export function withReadings(minutes: readonly MinuteRow[], readings: readonly LiveReading[]): readonly MinuteRow[] {
  const [first] = readings
  if (first === undefined) return minutes
  const from = minuteOf(first)
  const kept = minutes.findLastIndex(({ measured_at }) => measured_at < from) + 1
  const newest = new Map(minutes.slice(kept).map((minute) => [minute.measured_at, minute]))
  let changed = false
  for (const told of minutesOf(readings)) {
    const held = newest.get(told.measured_at)
    const fuller = fullerMinute(held, told)
    if (fuller === held) continue
    newest.set(told.measured_at, fuller)
    changed = true
  }
  return changed ? [...minutes.slice(0, kept), ...[...newest.values()].sort(byTime)] : minutes
}

const minuteOf = ({ measured_at }: LiveReading): string => `${measured_at.slice(0, 16)}:00.000Z`

function minutesOf(readings: readonly LiveReading[]): MinuteRow[] {
  const minutes = new Map<string, MinuteRow>()
  for (const reading of readings) {
    const measured_at = minuteOf(reading)
    const { glucose_mgdl, heart_rate_bpm } = minutes.get(measured_at) ?? { glucose_mgdl: null, heart_rate_bpm: null }
    minutes.set(measured_at, {
      measured_at,
      glucose_mgdl: spreadWith(glucose_mgdl, reading.glucose_mgdl),
      heart_rate_bpm: spreadWith(heart_rate_bpm, reading.heart_rate_bpm),
    })
  }
  return [...minutes.values()]
}

function spreadWith(spread: SpreadRow | null, value: number | null): SpreadRow | null {
  if (value === null) return spread
  if (spread === null) return { min: value, avg: value, max: value, count: 1 }
  const count = spread.count + 1
  return {
    min: Math.min(spread.min, value),
    avg: spread.avg + (value - spread.avg) / count,
    max: Math.max(spread.max, value),
    count,
  }
}

function fullerMinute(held: MinuteRow | undefined, told: MinuteRow): MinuteRow {
  if (held === undefined) return told
  const glucose_mgdl = fullerSpread(held.glucose_mgdl, told.glucose_mgdl)
  const heart_rate_bpm = fullerSpread(held.heart_rate_bpm, told.heart_rate_bpm)
  const isSame = glucose_mgdl === held.glucose_mgdl && heart_rate_bpm === held.heart_rate_bpm
  return isSame ? held : { measured_at: held.measured_at, glucose_mgdl, heart_rate_bpm }
}

const fullerSpread = (held: SpreadRow | null, told: SpreadRow | null): SpreadRow | null =>
  told !== null && told.count > (held?.count ?? 0) ? told : held

const byTime = (a: MinuteRow, b: MinuteRow): number => (a.measured_at < b.measured_at ? -1 : 1)
