// Applying: takes the batches of the log's partitions into the views, each record once, whatever is delivered twice.
import { createDeadLetter, type NewRecord, type RecordBatch } from '@health/log'
import { decodePartition, fieldsOf, metaKey, type Operation, partitionKey, type ViewStore } from '@health/views'
import { commitViews } from './commit-views.ts'
import { type FoldRules, foldRecords, type JudgedRecord } from './fold.ts'
import { judgeRecord } from './judge.ts'
import { loadViews, openPartitionViews } from './load-views.ts'
import type { PartitionViews } from './partition-views.ts'

export interface ApplyOptions {
  store: ViewStore
  topic: string
  rules: Omit<FoldRules, 'newsSince'> & { dayTimeZone: string }
  /** Resolves once the dead letters are durable. */
  bury(letters: readonly NewRecord[]): Promise<void>
  now(): number
}

export interface Applied {
  /** The next offset to apply. */
  position: number
  /** What was applied; empty where all of it had been applied before. */
  records: readonly JudgedRecord[]
}

export interface BatchApplier {
  /** Where to start, and the `received_at` of the record before; `null` where nothing was applied yet. */
  open(partition: number): Promise<{ position: number; receivedAt: number } | null>
  /** Begins an unopened partition, or one whose next records are gone, at `position`; counts `lost` records. */
  skipTo(partition: number, position: number, lost: number): Promise<void>
  /**
   * Applies the records from the partition's position on. `null` when the views stand elsewhere than this batch begins:
   * then nothing was applied, and the partition must be started again. Rejects when it is unknown what was applied.
   */
  apply(batch: RecordBatch): Promise<Applied | null>
  /**
   * The open partitions that must be started again: their views were emptied, or have lost what was applied, as a Redis
   * does that ends before it has flushed.
   */
  strays(): Promise<number[]>
  /** Drops what is known of a partition. */
  forget(partition: number): void
}

/** Readings are told only while they are news; a backlog is not. */
const newsMs = 2 * 60_000

/** An applier that holds nothing but what it can read from the views again. */
export function createBatchApplier({ store, topic, rules, bury, now }: ApplyOptions): BatchApplier {
  const partitions = new Map<number, PartitionViews>()

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

  /** Commits; `false` where position or slot have moved on. After a rejection nothing in memory is to be trusted. */
  async function commit(views: PartitionViews, records: readonly JudgedRecord[]): Promise<boolean> {
    // Forgotten until the outcome is known.
    partitions.delete(views.partition)
    await loadViews(store, views, records, rules.dayOf)
    const at = now()
    const news = foldRecords(views, records, { ...rules, newsSince: at - newsMs })
    if (!(await commitViews(store, views, news, at))) return false
    partitions.set(views.partition, views)
    return true
  }

  return {
    async open(partition) {
      const { position, receivedAt } = (await openViews(partition)).state
      return position === null ? null : { position, receivedAt }
    },

    async skipTo(partition, position, lost) {
      const views = partitions.get(partition) ?? (await openViews(partition))
      if ((views.state.position ?? -1) >= position) return
      views.state.position = position
      views.state.from = position
      views.state.counts.lost += lost
      if (!(await commit(views, []))) throw new Error(`the views of partition ${partition} have moved on`)
    },

    async apply({ partition, records }) {
      const first = records[0]?.offset ?? 0
      const judged = records.map(judgeRecord)
      let buried = false
      for (;;) {
        const views = await viewsFor(partition, first)
        if (views === null) return null
        const position = views.state.position ?? first
        // Nearly always all of them.
        const due = first >= position ? judged : judged.filter(({ offset }) => offset >= position)
        if (due.length === 0) return { position, records: due }
        // Before the position moves, and once only: another slot or member in between changes no letter.
        if (!buried) await bury(lettersOf(records, judged, position, { topic, partition }))
        buried = true
        if (await commit(views, due)) return { position: views.state.position ?? position, records: due }
      }
    },

    async strays() {
      // As they stand before the views are asked: what is applied meanwhile is no loss.
      const applied = [...partitions.values()].map((views) => ({ ...views, position: views.state.position ?? 0 }))
      const reads = applied.map(({ partition }): Operation => ({ op: 'getAll', key: partitionKey(partition) }))
      const [meta, ...states] = (await store.step([], [{ op: 'getAll', key: metaKey }, ...reads])) ?? []
      const { epoch } = fieldsOf(meta)
      return applied
        .filter((views, i) => {
          const stored = decodePartition(fieldsOf(states[i])).position ?? -1
          return views.epoch !== epoch || stored < views.position
        })
        .map(({ partition }) => partition)
    },

    forget: (partition) => partitions.delete(partition),
  }
}

/** The dead letters of the records from `position` on; `judged` are their verdicts, one for one. */
function lettersOf(
  records: RecordBatch['records'],
  judged: readonly JudgedRecord[],
  position: number,
  source: { topic: string; partition: number },
): NewRecord[] {
  const letters: NewRecord[] = []
  for (const [i, { offset, verdict }] of judged.entries()) {
    const record = records[i]
    if (verdict.dropped.length === 0 || offset < position || record === undefined) continue
    letters.push(createDeadLetter(record, verdict.dropped, source))
  }
  return letters
}
