// The part of a span that the graph shows: zoom, pan and selection as arithmetic. Pure.
import type { Span } from './history.ts'

/** Epoch ms on the server's clock. */
export interface TimeWindow {
  from: number
  to: number
}

export const widthOf = ({ from, to }: TimeWindow): number => to - from

/** All of the span that ends at `at`. */
export const wholeWindow = (span: Span, at: number): TimeWindow => ({ from: at - span * 1000, to: at })

/** Of single readings a few seconds can be looked at; of rows a minute, some minutes. */
const smallestOf = (whole: TimeWindow): number => (widthOf(whole) <= 60_000 ? 5_000 : 600_000)

/** `factor` times as wide, within `whole`; what stands at the fraction `at` of the window stays where it is. */
export function zoomAround(shown: TimeWindow, whole: TimeWindow, at: number, factor: number): TimeWindow {
  const width = clamp(widthOf(shown) * factor, smallestOf(whole), widthOf(whole))
  return within(whole, shown.from + at * (widthOf(shown) - width), width)
}

/** Moved by this fraction of its own width, later where it is positive, within `whole`. */
export const panBy = (shown: TimeWindow, whole: TimeWindow, part: number): TimeWindow =>
  within(whole, shown.from + part * widthOf(shown), widthOf(shown))

/** What lies between two fractions of the window, in either order; widened where that is too little to see. */
export function selectPart(shown: TimeWindow, whole: TimeWindow, a: number, b: number): TimeWindow {
  const width = clamp(Math.abs(b - a) * widthOf(shown), smallestOf(whole), widthOf(whole))
  return within(whole, shown.from + ((a + b) / 2) * widthOf(shown) - width / 2, width)
}

function within(whole: TimeWindow, wanted: number, width: number): TimeWindow {
  const from = clamp(wanted, whole.from, whole.to - width)
  return { from, to: from + width }
}

const clamp = (value: number, min: number, max: number): number => Math.max(min, Math.min(max, value))
