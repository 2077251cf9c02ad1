// Applying: takes the batches of the log's partitions into the views, each record once, whatever is delivered twice.
import type { DropReason } from '@health/domain'
import { createDeadLetter, type LogRecord, type NewRecord, type RecordBatch } from '@health/log'
import {
  decodePartition,
  fieldsOf,
  metaKey,
  type Operation,
  partitionKey,
  type RecordCounts,
  type ViewStore,
} from '@health/views'
import { commitViews, isAhead, settle } from './commit-views.ts'
import { type FoldRules, foldRecords } from './fold.ts'
import { judgeRecord } from './judge.ts'
import { loadViews, openPartitionViews } from './load-views.ts'
import { isFull, type PartitionViews } from './partition-views.ts'

export interface ApplyOptions {
  store: ViewStore
  topic: string
  rules: Omit<FoldRules, 'newsSince'> & { dayTimeZone: string }
  /** Resolves once the dead letters are durable. */
  bury(letters: readonly NewRecord[]): Promise<void>
  now(): number
  /** Called whenever the views have moved on. */
  onApplied(applied: Applied): void
}

/** What the views took in at once. */
export interface Applied {
  partition: number
  /** The next offset to apply. */
  position: number
  /** `received_at` of the newest record. */
  receivedAt: number
  /** All that was ever counted, before and now. */
  before: RecordCounts
  counts: RecordCounts
}

export interface BatchApplier {
  /** Where to start, and the `received_at` of the record before; `null` where nothing was applied yet. */
  open(partition: number): Promise<{ position: number; receivedAt: number } | null>
  /**
   * Begins an unopened partition, or one whose next records are gone, at `position`. Returns how many records are lost, which
   * it counts.
   */
  skipTo(partition: number, position: number): Promise<number>
  /**
   * Applies the records from the partition's position on. The end of the log is written to the views at once; behind it
   * they are written every few seconds: the more comes together, the less there is to write for each record. `false` when
   * the views stand elsewhere than this batch begins: then the partition must be started again. Rejects when it is unknown
   * what was applied.
   */
  apply(batch: RecordBatch): Promise<boolean>
  /**
   * The open partitions that must be started again: their views were emptied, or have lost what was applied, as a Redis
   * does that ends before it has flushed; or the log does not go on and something is not written yet.
   */
  strays(): Promise<number[]>
  /** Drops what is known of a partition. */
  forget(partition: number): void
  /** Writes what is not written yet. Rejects when something could not be: the log has it. */
  finish(): Promise<void>
}

/** Readings are told while they are news: what a page shows live is a minute, and clocks differ. A backlog is not. */
const newsMs = 70_000
/**
 * What is applied waits to be written while the log has more: for a second, and with many patients, of whom each costs some
 * 30 µs here and in Redis, for a millisecond each: where a second brings hardly more than one reading of each, whoever falls
 * behind would stay behind. Longer than these three seconds, and it would look like a standstill.
 */
const putOffMs = (patients: number): number => Math.min(Math.max(1000, patients), 3000)
/** How much longer it may when the log does not go on; longer than a batch takes. */
const stuckMs = 2000
/** Dead letters that wait with it hold about so many bytes at most; each has headers. */
const mostLetterBytes = 256 * 1024
const headerBytes = 300

/** An applier that holds nothing but what it can read from the views or the log again. */
export function createBatchApplier({ store, topic, rules, bury, now, onApplied }: ApplyOptions): BatchApplier {
  const partitions = new Map<number, PartitionViews>()
  /** The offset below which dead letters are durable, by partition: another slot in between changes no letter. */
  const buriedTo = new Map<number, number>()

  async function openViews(partition: number): Promise<PartitionViews> {
    partitions.delete(partition)
    const views = await openPartitionViews(store, partition, rules.dayTimeZone)
    partitions.set(partition, views)
    return views
  }

  /** The views from which `records` go on; `null` where they stand elsewhere. */
  async function viewsFor(partition: number, first: number): Promise<PartitionViews | null> {
    const known = partitions.get(partition)
    if (known !== undefined) return known
    const views = await openViews(partition)
    const { position } = views.state
    return position !== null && position >= first ? views : null
  }

  /** Takes the records from the position on into memory. After a rejection nothing there is to be trusted. */
  async function take(views: PartitionViews, records: readonly LogRecord[]): Promise<void> {
    const { partition, state } = views
    // Forgotten until the outcome is known.
    partitions.delete(partition)
    const folding = { ...rules, newsSince: now() - newsMs }
    const position = state.position ?? 0
    // Nearly always the first.
    const first = records.findIndex(({ offset }) => offset >= position)
    for (let next = first === -1 ? records.length : first; ; ) {
      next = foldRecords(views, records, next, folding, keepLetter)
      if (next === records.length) break
      // Once a batch: the rest of it is judged again, which costs little beside a round trip.
      await loadViews(store, views, records.slice(next).map(judgeRecord), rules.dayOf)
    }
    if (views.letterBytes > mostLetterBytes) await buryAll(views)
    partitions.set(partition, views)

    function keepLetter(record: LogRecord, reasons: readonly DropReason[]): void {
      if (record.offset < (buriedTo.get(partition) ?? 0)) return
      const letter = createDeadLetter(record, reasons, { topic, partition })
      // A copy: what was fetched is let go while the letter waits.
      views.letters.push({ ...letter, value: new Uint8Array(letter.value) })
      views.letterBytes += headerBytes + letter.value.length + (letter.key?.length ?? 0)
    }
  }

  async function buryAll(views: PartitionViews): Promise<void> {
    const letters = views.letters
    views.letters = []
    views.letterBytes = 0
    if (letters.length > 0) await bury(letters)
    buriedTo.set(views.partition, views.state.position ?? 0)
  }

  /** For how long what was taken in should have been written, in ms. A clock that was set back lets nothing wait. */
  function overdueMs({ storedAt, changed }: PartitionViews): number {
    const waited = now() - storedAt
    if (waited < 0) return Number.POSITIVE_INFINITY
    return waited - putOffMs(changed.size)
  }

  /** Writes what was taken in; `false` where position or slot have moved on. After a rejection nothing in memory is to be trusted. */
  async function commit(views: PartitionViews): Promise<boolean> {
    const { partition, stored, state } = views
    // As of now: letters may have to wait.
    const newsSince = now() - newsMs
    partitions.delete(partition)
    // Before the position moves.
    await buryAll(views)
    const at = now()
    if (!(await commitViews(store, views, at, newsSince))) return false
    const { position, receivedAt, counts } = state
    onApplied({ partition, position: position ?? 0, receivedAt, before: stored.counts, counts })
    settle(views, at)
    partitions.set(partition, views)
    return true
  }

  return {
    async open(partition) {
      const known = partitions.get(partition)
      // Refused, it is no loss: where the views stand is read next, and from there the log gives it again.
      if (known !== undefined && isAhead(known)) await commit(known)
      const { position, receivedAt } = (await openViews(partition)).state
      return position === null ? null : { position, receivedAt }
    },

    async skipTo(partition, position) {
      const views = partitions.get(partition) ?? (await openViews(partition))
      if ((views.state.position ?? -1) >= position) return 0
      const lost = position - (views.state.position ?? position)
      views.state.position = position
      views.state.from = position
      views.state.counts.lost += lost
      if (!(await commit(views))) throw new Error(`the views of partition ${partition} have moved on`)
      // Nobody has seen a record yet.
      views.storedAt = Number.NEGATIVE_INFINITY
      return lost
    },

    async apply({ partition, records, end }) {
      const first = records[0]?.offset ?? 0
      const isBehind = (records.at(-1)?.offset ?? 0) + 1 < end
      for (;;) {
        const views = await viewsFor(partition, first)
        if (views === null) return false
        await take(views, records)
        const isPutOff = isBehind && overdueMs(views) < 0 && !isFull(views)
        if (!isAhead(views) || isPutOff || (await commit(views))) return true
      }
    },

    async strays() {
      // As they stand before the views are asked: what is applied meanwhile is no loss.
      const applied = [...partitions.values()].map((views) => ({ views, position: views.stored.position ?? 0 }))
      const reads = applied.map(({ views }): Operation => ({ op: 'getAll', key: partitionKey(views.partition) }))
      const [meta, ...states] = (await store.step([], [{ op: 'getAll', key: metaKey }, ...reads])) ?? []
      const { epoch } = fieldsOf(meta)
      return applied
        .filter(({ views, position }, i) => {
          const stored = decodePartition(fieldsOf(states[i])).position ?? -1
          return views.epoch !== epoch || stored < position || (isAhead(views) && overdueMs(views) >= stuckMs)
        })
        .map(({ views }) => views.partition)
    },

    forget: (partition) => partitions.delete(partition),

    async finish() {
      const commits = await Promise.allSettled([...partitions.values()].filter(isAhead).map(commit))
      for (const one of commits) if (one.status === 'rejected') throw one.reason
    },
  }
}
