// The live window: the readings of the last minute, merged from what was asked for and what is told as it happens.
import type { DroppedEvent, LiveReading, ReadingEvent } from '@health/api'
import { liveWindowMs } from './state.ts'

/** However fast a sensor sends, the page holds no more readings than this. */
const maxReadings = 6000
/** Readings are kept a little beyond the window, so that the line leaves the graph at its edge. */
const keptMs = liveWindowMs + 10_000

/** The reading of an event, as the REST answer has it. */
export const readingOf = ({ measured_at, received_at, values, status }: ReadingEvent): LiveReading => ({
  measured_at,
  received_at,
  ...values,
  status,
})

/** Both lists as one, oldest first, each reading once, nothing older than the window at `now`. */
export function mergeReadings(
  held: readonly LiveReading[],
  added: readonly LiveReading[],
  now: number,
): readonly LiveReading[] {
  const from = new Date(now - keptMs).toISOString()
  const last = held.at(-1)
  const [first] = added
  if (added.length === 1 && first !== undefined && (last === undefined || first.measured_at > last.measured_at)) {
    return withoutOlder([...held, first], from).slice(-maxReadings)
  }
  const byIdentity = new Map([...held, ...added].map((reading) => [identityOf(reading), reading]))
  return withoutOlder([...byIdentity.values()].toSorted(byTime), from).slice(-maxReadings)
}

/** The readings that are still in the window; the same list where all are. */
export const trimReadings = (held: readonly LiveReading[], now: number): readonly LiveReading[] =>
  withoutOlder(held, new Date(now - keptMs).toISOString())

function withoutOlder(readings: readonly LiveReading[], from: string): readonly LiveReading[] {
  const first = readings.findIndex((reading) => reading.measured_at >= from)
  if (first === 0) return readings
  return first === -1 ? [] : readings.slice(first)
}

/** With one more that was dropped, which may be told again after a reconnection. */
export function withDrop(held: readonly DroppedEvent[], drop: DroppedEvent, now: number): readonly DroppedEvent[] {
  const isTold = ({ received_at, reasons }: DroppedEvent) =>
    received_at === drop.received_at && reasons.join() === drop.reasons.join()
  return held.some(isTold) ? held : trimDrops([...held, drop], now).slice(-maxReadings)
}

/** Those that are still in the window; the same list where all are. */
export function trimDrops(held: readonly DroppedEvent[], now: number): readonly DroppedEvent[] {
  const from = new Date(now - keptMs).toISOString()
  return held.every(({ received_at }) => received_at >= from)
    ? held
    : held.filter(({ received_at }) => received_at >= from)
}

// Two sensors may measure one patient at the same moment; the row does not say which sensor it was.
const identityOf = (reading: LiveReading): string =>
  `${reading.measured_at} ${reading.glucose_mgdl} ${reading.heart_rate_bpm} ${reading.temperature_c}`

const byTime = (a: LiveReading, b: LiveReading): number =>
  a.measured_at < b.measured_at ? -1 : a.measured_at > b.measured_at ? 1 : 0
