// What was dropped within the last minute, for whoever begins to watch a patient: the views count it, and keep none of it.
import type { DroppedEvent } from '@health/api'

export interface RecentDrops {
  add(dropped: readonly DroppedEvent[]): void
  /** Of one patient, oldest first. */
  of(patientId: string): DroppedEvent[]
}

/** What the live graph shows. */
const keptMs = 60_000
/** A flood of nonsense makes this process no larger. */
const mostKept = 10_000

/** `now` in epoch ms. */
export function createRecentDrops(now: () => number): RecentDrops {
  let kept: DroppedEvent[] = []
  return {
    add(dropped) {
      if (dropped.length === 0) return
      const from = new Date(now() - keptMs).toISOString()
      kept = [...kept, ...dropped].filter(({ received_at }) => received_at >= from).slice(-mostKept)
    },
    of(patientId) {
      const from = new Date(now() - keptMs).toISOString()
      return kept.filter(({ patient_id, received_at }) => patient_id === patientId && received_at >= from)
    },
  }
}
