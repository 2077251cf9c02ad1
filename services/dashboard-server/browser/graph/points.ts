// The points of the graph, from single readings or from rows a minute, and where the line between them breaks.
import type { SpreadRow } from '@health/api'
import { type GraphRow, liveSpan, type Span } from '../state/history.ts'

export interface Point {
  /** `measured_at`, epoch ms. */
  x: number
  /** The value, or the average of a minute's. */
  y: number
  min: number
  max: number
}

type Name = 'glucose_mgdl' | 'heart_rate_bpm'

/** The values of one signal; rows without it give no point. */
export function pointsOf(rows: readonly GraphRow[], name: Name): Point[] {
  const points: Point[] = []
  for (const row of rows) {
    const value = row[name]
    if (value !== null) points.push({ x: Date.parse(row.measured_at), ...heightsOf(value) })
  }
  return points
}

const heightsOf = (value: number | SpreadRow): Omit<Point, 'x'> =>
  typeof value === 'number' ? { y: value, min: value, max: value } : { y: value.avg, min: value.min, max: value.max }

/** Sensors are not punctual: an interval is a gap only when it is this much longer than usual. */
const gapFactor = { live: 1.8, history: 2.5 }
/** Rows a minute apart say nothing about shorter intervals. */
const shortestGapMs = 2 * 60_000

/** The longest interval (ms) that the line spans; beyond it at least one value is missing, and a gap is shown. */
export function longestBridge(points: readonly Point[], span: Span): number {
  const intervals = points.slice(1).map((point, i) => point.x - (points[i]?.x ?? 0))
  const usual = intervals.sort((a, b) => a - b)[Math.floor((intervals.length - 1) / 2)] ?? 0
  return span === liveSpan ? usual * gapFactor.live : Math.max(usual * gapFactor.history, shortestGapMs)
}

/** The points between gaps, one list a stretch. */
export function stretchesOf(points: readonly Point[], bridgeMs: number): Point[][] {
  const stretches: Point[][] = []
  let before: Point | undefined
  for (const point of points) {
    if (before === undefined || point.x - before.x > bridgeMs) stretches.push([])
    stretches.at(-1)?.push(point)
    before = point
  }
  return stretches
}

/** `standard`, widened in whole steps until it holds every point. */
export function rangeAround(points: readonly Point[], standard: Range, step: number): Range {
  let { min, max } = standard
  for (const point of points) {
    if (point.min < min) min = Math.floor(point.min / step) * step
    if (point.max > max) max = Math.ceil(point.max / step) * step
  }
  return { min, max }
}

export interface Range {
  min: number
  max: number
}
