// The views port: hashes, lists and counters, changed in atomic steps, and a stream of changes. Redis, or embedded SQLite.

/** A condition on one hash field; `null` means absent. */
export interface Guard {
  key: string
  field: string
  equals: string | null
}

/**
 * What a step may do; what each replies stands behind the arrow, else it replies `null`. A key holds a hash or a list:
 * using one as the other is a bug, and so is adding to what is no integer. On Redis a bug may leave half a step behind.
 * The key `changes` is reserved.
 */
export type Operation =
  /** → all fields */
  | { op: 'getAll'; key: string }
  /** → the fields asked for that exist */
  | { op: 'get'; key: string; fields: readonly string[] }
  /** → items `from`…`to`, both included, negative ones counted from the end, as in Redis */
  | { op: 'range'; key: string; from: number; to: number }
  | { op: 'set'; key: string; fields: Readonly<Record<string, string>> }
  | { op: 'unset'; key: string; fields: readonly string[] }
  /** Adds an integer to a field, 0 where absent. → the new value, as `{ [field]: value }` */
  | { op: 'add'; key: string; field: string; by: number }
  /** Appends to a list, keeping the newest `keep` items, at least one; all where that is left out. */
  | { op: 'push'; key: string; items: readonly string[]; keep?: number }
  | { op: 'delete'; key: string }
  /** Tells every watcher, after the step. */
  | { op: 'tell'; change: string }

/** A hash's fields, a list's items, or nothing. */
export type Reply = { fields: Record<string, string> } | { items: string[] } | null

export interface Change {
  /** Differs from that of every other change since the store was emptied. */
  id: string
  change: string
}

export interface ViewStore {
  /**
   * Does all operations in order as one atomic step, seen by others wholly or not at all, if every guard holds. `null`
   * when one does not: then nothing happened. Rejects with `ViewsUnavailable` when the outcome is unknown; so a step
   * that changes something must carry a guard that fails once it has happened, or be harmless when repeated. Steps asked
   * of one store object are done in that order. `operations` are asked for once, before `step` returns, and must not ask for
   * a step themselves.
   */
  step(guards: readonly Guard[], operations: Iterable<Operation>): Promise<Reply[] | null>
  /**
   * Calls `onChange` with every change told from now on, in order, without gaps as long as the store keeps them (some
   * thousands); `onGap` when changes were missed or the store was emptied, so that the watcher reads afresh: in doubt,
   * once too often. Where the store is away, it resolves all the same, and calls `onGap` when it is back. Neither is
   * called inside of a step. What they throw ends the process.
   */
  watch(onChange: (changes: Change[]) => void, onGap: () => void): Promise<Watch>
  /** Every key that starts with `prefix`, in no order. For maintenance, not for serving. */
  keys(prefix: string): Promise<string[]>
  /** Deletes everything of this system and nothing else, in one step. */
  clear(): Promise<void>
  /** `null` while it answers, else what is wrong, in words for an operator. Cheap. */
  waitingFor(): string | null
  close(): Promise<void>
}

export interface Watch {
  stop(): Promise<void>
}

/** The views cannot be reached, or did not answer in time: whether the step happened is unknown. */
export class ViewsUnavailable extends Error {
  override name = 'ViewsUnavailable'
}
