// Pausing and zooming the graph: while the mouse or the focus rests on it, or until it is told to go on.
import { useEffect, useState } from 'preact/hooks'
import type { Gestures, Marked } from '../graph/gestures.ts'
import type { Span } from '../state/history.ts'
import {
  isHeld,
  type Moment,
  newestOf,
  runningView,
  type Shown,
  settled,
  type View,
  withNews,
  zoomed,
} from '../state/history-view.ts'
import { panBy, selectPart, type TimeWindow, wholeWindow, zoomAround } from '../state/history-zoom.ts'
import type { Store } from '../state/store.ts'

/** A mouse left lying on the graph does not hold it: a night is long. */
const restMs = 20_000

/** `shownNow` is what the graph would show if it ran. */
export function usePause(store: Store, span: Span, shownNow: () => Shown) {
  const [view, setView] = useState<View>(runningView)
  const [marked, setMarked] = useState<Marked | null>(null)
  const clock = () => Date.now() + store.state().clockOffsetMs
  const momentNow = (): Moment => ({ ...shownNow(), at: clock(), newest: newestOf(store.state().live) })
  const change = (part: Partial<View>) => setView((before) => settled({ ...before, ...part }, momentNow))
  const zoom = (part: (shown: TimeWindow, whole: TimeWindow) => TimeWindow) =>
    setView((before) => zoomed(before, momentNow, (at) => wholeWindow(span, at), part))
  const reset = () => change({ pinned: false, zoom: null, touchedAt: null })

  useEffect(() => {
    if (view.touchedAt === null) return
    const timer = window.setTimeout(() => change({ touchedAt: null }), restMs)
    return () => clearTimeout(timer)
  }, [view.touchedAt])
  useEffect(() => store.subscribe(() => setView((before) => withNews(before, store.state().live))), [store])

  const gestures: Gestures = {
    isZoomed: () => view.zoom !== null,
    zoom: (at, factor) => zoom((shown, whole) => zoomAround(shown, whole, at, factor)),
    pan: (part) => zoom((shown, whole) => panBy(shown, whole, part)),
    mark: setMarked,
    select: ({ from, to }) => zoom((shown, whole) => selectPart(shown, whole, from, to)),
    reset,
  }
  /** What is shown of the span that ends at `now`, save where it is held elsewhere. */
  const windowAt = (now: number) => view.zoom ?? wholeWindow(span, view.paused?.at ?? now)
  const touch = () => change({ touchedAt: Date.now() })
  const leave = () => change({ touchedAt: null })
  return {
    view,
    marked,
    /** What to draw at this moment. */
    frame: () => ({ shown: view.paused ?? shownNow(), window: windowAt(clock()) }),
    windowAt,
    gestures,
    onPause: () => (isHeld(view) ? reset() : change({ pinned: true })),
    resting: { onPointerEnter: touch, onPointerMove: touch, onPointerLeave: leave, onFocus: touch, onBlur: leave },
  }
}
