// How watchers get the changes that a backend kept for them, and learn of those it did not keep.
import type { Change } from './store.ts'

/** How many changes a store keeps, at least, for watchers that fall behind. */
export const keptChanges = 4_000

/** What `watch` was given. */
export interface Watcher {
  onChange: (changes: Change[]) => void
  onGap: () => void
}

export interface KeptChange {
  id: string
  /** One more than that of the change told before it. */
  number: number
  /** `null` marks that the store was emptied. */
  change: string | null
}

/** Hands over what was kept after the change numbered `after`; first says so when something is missing before or in it. */
export function deliver(after: number, kept: readonly KeptChange[], watcher: Watcher): void {
  const missed = kept.some(({ number, change }, i) => change === null || number !== (kept[i - 1]?.number ?? after) + 1)
  if (missed) watcher.onGap()
  const changes = kept.flatMap(({ id, change }) => (change === null ? [] : [{ id, change }]))
  if (changes.length > 0) watcher.onChange(changes)
}
