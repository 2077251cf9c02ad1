// What the graph shows while it does not simply run on: what it is held at, the part it is zoomed to, what came since. Pure.
import type { DroppedEvent, LiveReading } from '@health/api'
import type { GraphRow } from './history.ts'
import type { TimeWindow } from './history-zoom.ts'

/** What the graph is drawn from. */
export interface Shown {
  /** Oldest first, as both are. */
  rows: readonly GraphRow[]
  dropped: readonly DroppedEvent[]
}

export interface Moment extends Shown {
  /** The end of the window, epoch ms on the server's clock. */
  at: number
  /** `received_at` of the newest reading of the patient that had been told; empty before any. */
  newest: string
}

/** What is shown while it is paused, and how many readings have come since. */
export interface Paused extends Moment {
  news: number
}

export interface View {
  /** Paused by the button. */
  pinned: boolean
  /** When the mouse or a key was last at it; null where neither rests on the graph. */
  touchedAt: number | null
  /** The part that is shown; null: all of the span. */
  zoom: TimeWindow | null
  paused: Paused | null
}

export const runningView: View = { pinned: false, touchedAt: null, zoom: null, paused: null }

/** Whether it stays paused until somebody lets it go on. */
export const isHeld = ({ pinned, zoom }: View): boolean => pinned || zoom !== null

/** The view with what it is paused at, `now` where it has just been paused; without, where nothing pauses it any more. */
export function settled(view: View, now: () => Moment): View {
  const isPaused = isHeld(view) || view.touchedAt !== null
  if (isPaused === (view.paused !== null)) return view
  return { ...view, paused: isPaused ? { ...now(), news: 0 } : null }
}

/** Zoomed to what `change` makes of the part shown; what is all of the span is no zoom. */
export function zoomed(
  view: View,
  now: () => Moment,
  wholeAt: (at: number) => TimeWindow,
  change: (shown: TimeWindow, whole: TimeWindow) => TimeWindow,
): View {
  const paused = view.paused ?? { ...now(), news: 0 }
  const whole = wholeAt(paused.at)
  const part = change(view.zoom ?? whole, whole)
  const isAll = part.from <= whole.from && part.to >= whole.to
  return settled({ ...view, paused, zoom: isAll ? null : part }, now)
}

/** Counts those of the live window's readings that have come since they were last counted. */
export function withNews(view: View, live: readonly LiveReading[]): View {
  if (view.paused === null) return view
  const { newest, news } = view.paused
  const added = live.filter(({ received_at }) => received_at > newest)
  if (added.length === 0) return view
  return { ...view, paused: { ...view.paused, newest: newestOf(added), news: news + added.length } }
}

/** The last to arrive, which need not be the last that was measured. */
export const newestOf = (readings: readonly LiveReading[]): string =>
  readings
    .map(({ received_at }) => received_at)
    .sort()
    .at(-1) ?? ''
