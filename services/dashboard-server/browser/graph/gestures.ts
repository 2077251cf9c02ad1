// What hands do on the graph: wheel, pinch, drag and keys, told as fractions of the time that is shown.
import { axisWidth } from './chart-options.ts'

export interface Gestures {
  /** Whether less than all is shown. */
  isZoomed(): boolean
  /** The window becomes `factor` times as wide; what is at the fraction `at` stays. */
  zoom(at: number, factor: number): void
  /** Moves by this fraction of the window, later where positive. */
  pan(part: number): void
  /** While a part is being marked; null once it is not. */
  mark(part: Marked | null): void
  select(part: Marked): void
  reset(): void
}
export interface Marked {
  from: number
  to: number
}

export const zoomStep = 1.5
const panStep = 0.2
/** A click trembles by less than this, px. */
const leastDrag = 6
const wheelPixelsPerLine = 16

/**
 * Makes the graph a tab stop, and listens on it, for keys on all of the stage around it, until the answer is called.
 * `gestures` are asked for at every event.
 */
export function followGestures(stage: HTMLElement, element: HTMLElement, gestures: () => Gestures): () => void {
  element.tabIndex = 0
  const fractionAt = (clientX: number): number => {
    const { left, width } = element.getBoundingClientRect()
    return Math.max(0, Math.min(1, (clientX - left - axisWidth) / (width - axisWidth)))
  }
  const ending = new AbortController()
  const { signal } = ending
  element.addEventListener('wheel', (event) => turnWheel(element, gestures(), event, fractionAt), { signal })
  stage.addEventListener('keydown', (event) => pressKey(gestures(), event), { signal })
  followPointers(element, gestures, fractionAt, signal)
  return () => ending.abort()
}

/**
 * The wheel scrolls the page, which people do without looking where the mouse is, and a graph that stands still unasked
 * is dangerous: it zooms for those who are on the graph (focus), or with Ctrl or ⌘, as trackpads tell a pinch.
 */
function turnWheel(
  element: HTMLElement,
  { isZoomed, zoom }: Gestures,
  event: WheelEvent,
  fractionAt: (clientX: number) => number,
): void {
  const isMeant = event.ctrlKey || event.metaKey || element.ownerDocument.activeElement === element
  if (!isMeant || (event.deltaY > 0 && !isZoomed())) return
  event.preventDefault()
  const pixels = event.deltaMode === event.DOM_DELTA_PIXEL ? event.deltaY : event.deltaY * wheelPixelsPerLine
  zoom(fractionAt(event.clientX), Math.max(0.5, Math.min(2, Math.exp(pixels / 300))))
}

function pressKey({ zoom, pan, reset }: Gestures, event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return
  const act = {
    '+': () => zoom(0.5, 1 / zoomStep),
    '=': () => zoom(0.5, 1 / zoomStep),
    '-': () => zoom(0.5, zoomStep),
    '−': () => zoom(0.5, zoomStep),
    ArrowLeft: () => pan(-panStep),
    ArrowRight: () => pan(panStep),
    Escape: reset,
  }[event.key]
  if (act === undefined) return
  event.preventDefault()
  act()
}

/** One finger or the mouse marks a part, two fingers pinch. */
function followPointers(
  element: HTMLElement,
  gestures: () => Gestures,
  fractionAt: (clientX: number) => number,
  signal: AbortSignal,
): void {
  const held = new Map<number, number>()
  let start: number | null = null
  const partTo = (clientX: number): Marked | null =>
    start === null || Math.abs(clientX - start) < leastDrag
      ? null
      : { from: fractionAt(start), to: fractionAt(clientX) }
  const spreadOf = () => Math.max(20, Math.max(...held.values()) - Math.min(...held.values()))

  element.addEventListener(
    'pointerdown',
    ({ pointerId, clientX, button }) => {
      if (button !== 0) return
      held.set(pointerId, clientX)
      element.setPointerCapture(pointerId)
      start = held.size === 1 ? clientX : null
      gestures().mark(null)
    },
    { signal },
  )
  element.addEventListener(
    'pointermove',
    ({ pointerId, clientX }) => {
      if (!held.has(pointerId)) return
      const before = spreadOf()
      held.set(pointerId, clientX)
      if (start !== null) return gestures().mark(partTo(clientX))
      if (held.size !== 2) return
      const centre = (Math.min(...held.values()) + Math.max(...held.values())) / 2
      gestures().zoom(fractionAt(centre), before / spreadOf())
    },
    { signal },
  )
  const release = ({ type, pointerId, clientX }: PointerEvent) => {
    if (!held.delete(pointerId)) return
    const part = type === 'pointerup' ? partTo(clientX) : null
    start = null
    gestures().mark(null)
    if (part !== null) gestures().select(part)
  }
  element.addEventListener('pointerup', release, { signal })
  element.addEventListener('pointercancel', release, { signal })
}
