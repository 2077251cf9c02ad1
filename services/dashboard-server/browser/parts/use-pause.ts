// Pausing the live graph: while the mouse rests on it, or until it is told to go on.
import type { LiveReading } from '@health/domain'
import { useEffect, useState } from 'preact/hooks'
import type { Store } from '../state/store.ts'

/** What the graph shows while it is paused. */
export interface Paused {
  readings: readonly LiveReading[]
  /** The end of the window, epoch ms on the server's clock. */
  at: number
}

/** A mouse left lying on the graph does not hold it: a night is long. */
const restMs = 20_000

export function usePause(store: Store) {
  const [pinned, setPinned] = useState(false)
  const [movedAt, setMovedAt] = useState<number | null>(null)
  const [paused, setPaused] = useState<Paused | null>(null)
  const wanted = pinned || movedAt !== null
  useEffect(() => {
    if (movedAt === null) return
    const timer = window.setTimeout(() => setMovedAt(null), restMs)
    return () => clearTimeout(timer)
  }, [movedAt])
  useEffect(() => {
    const { live, clockOffsetMs } = store.state()
    setPaused(wanted ? { readings: live, at: Date.now() + clockOffsetMs } : null)
  }, [store, wanted])
  const move = () => setMovedAt(Date.now())
  return {
    paused,
    pinned,
    onPin: () => setPinned(!pinned),
    hovering: { onPointerEnter: move, onPointerMove: move, onPointerLeave: () => setMovedAt(null) },
  }
}
