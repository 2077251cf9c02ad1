// The points of the live graph, from the readings of the window.
import type { LiveReading } from '@health/domain'

export interface Point {
  /** `measured_at`, epoch ms. */
  x: number
  y: number
}

type Name = 'glucose_mgdl' | 'heart_rate_bpm'

/** The values of one signal; readings without it give no point. */
export function pointsOf(readings: readonly LiveReading[], name: Name): Point[] {
  const points: Point[] = []
  for (const reading of readings) {
    const y = reading[name]
    if (y !== null) points.push({ x: Date.parse(reading.measured_at), y })
  }
  return points
}

/** Sensors are not punctual: an interval is a gap only when it is this much longer than usual. */
const gapFactor = 1.8

/** The longest interval (ms) that the line spans; beyond it at least one value is missing, and a gap is shown. */
export function longestSpan(points: readonly Point[]): number {
  const intervals = points.slice(1).map((point, i) => point.x - (points[i]?.x ?? 0))
  const usual = intervals.sort((a, b) => a - b)[Math.floor((intervals.length - 1) / 2)]
  return usual === undefined ? 0 : usual * gapFactor
}

/** `standard`, widened in whole steps until it holds every point. */
export function rangeAround(points: readonly Point[], standard: Range, step: number): Range {
  let { min, max } = standard
  for (const { y } of points) {
    if (y < min) min = Math.floor(y / step) * step
    if (y > max) max = Math.ceil(y / step) * step
  }
  return { min, max }
}

export interface Range {
  min: number
  max: number
}

/** Round moments from `from` to `to`, `stepMs` apart. */
export function roundTimes(from: number, to: number, stepMs: number): number[] {
  const times: number[] = []
  for (let time = Math.ceil(from / stepMs) * stepMs; time <= to; time += stepMs) times.push(time)
  return times
}
