// The batch layer's side of the views: closing slots, staging a version's rows, publishing it in one step. A version may
// hold every day, or those that changed since an earlier one: of each day the row of the newest published version counts.
import { randomUUID } from 'node:crypto'
import type { DaySums } from '@health/domain'
import { encodeChange, encodeDay, type ViewChange } from '../codec.ts'
import { basisKey, batchKey, daysKey, linesKey, partitionKey, versionField } from '../keys.ts'
import { decodePartition, fieldsOf, type PartitionState } from '../partition-state.ts'
import type { Guard, Operation, ViewStore } from '../store/store.ts'
import { type BatchRun, decodeBatchRun, encodeBatchRun } from './batch-run.ts'

/** The published batch view. */
export interface BatchView {
  /** 0 before the first run. */
  version: number
  /** The newest version that holds every day: rows of earlier ones count no more. */
  wholeSince: number
  /** Versions between the two that were never published, and may have left rows. */
  dead: readonly number[]
  /** Epoch ms. */
  computedAt: number
  /** The `received_at` (epoch ms) up to which every record is covered. */
  completeTo: number
  /** Partition → the offset below which every record is covered. */
  watermark: Map<number, number>
  run: BatchRun | null
}

/** A run in progress: the merge line that it works up to. */
export interface ClosedSlots {
  /** The version to publish. Later lines have higher versions. */
  version: number
  /** Stands in the views for as long as they know of this line: not once they were emptied, or went back behind it. */
  mark: string
  partitions: PartitionState[]
  /** What the version published at that moment was computed from, as `publishVersion` was given it; `null` before. */
  basis: string | null
}

export interface VersionRow {
  patientId: string
  date: string
  day: DaySums
}

export function decodeBatchView(fields: Record<string, string>): BatchView {
  const watermark: Record<string, number> = JSON.parse(fields['watermark'] ?? '{}')
  return {
    version: Number(fields['version'] ?? 0),
    wholeSince: Number(fields['wholeSince'] ?? 0),
    dead: JSON.parse(fields['dead'] ?? '[]'),
    computedAt: Number(fields['computedAt'] ?? 0),
    completeTo: Number(fields['completeTo'] ?? 0),
    watermark: new Map(Object.entries(watermark).map(([partition, offset]) => [Number(partition), offset])),
    run: fields['run'] === undefined ? null : decodeBatchRun(fields['run']),
  }
}

export async function readBatchView(store: ViewStore): Promise<BatchView> {
  const replies = await store.step([], [{ op: 'getAll', key: batchKey }])
  return decodeBatchView(fieldsOf(replies?.[0]))
}

/**
 * Closes the open slot of every partition and reads the positions, all in one step: what is applied up to now lies in
 * closed slots, what comes later in new ones. A run that fails afterwards leaves slots that still count.
 */
export async function closeSlots(store: ViewStore, partitions: number): Promise<ClosedSlots> {
  const mark = randomUUID()
  for (;;) {
    const replies = await store.step([], [{ op: 'get', key: batchKey, fields: ['lastVersion'] }])
    const { lastVersion = null } = fieldsOf(replies?.[0])
    const version = Number(lastVersion) + 1
    const operations: Operation[] = [
      { op: 'set', key: batchKey, fields: { lastVersion: String(version) } },
      { op: 'set', key: linesKey, fields: { [version]: mark } },
      { op: 'getAll', key: basisKey },
    ]
    for (let partition = 0; partition < partitions; partition++) {
      operations.push({ op: 'add', key: partitionKey(partition), field: 'slot', by: 1 })
      operations.push({ op: 'getAll', key: partitionKey(partition) })
    }
    const closed = await store.step([{ key: batchKey, field: 'lastVersion', equals: lastVersion }], operations)
    if (closed === null) continue
    const states = Array.from({ length: partitions }, (_, i) => decodePartition(fieldsOf(closed[4 + 2 * i])))
    return { version, mark, partitions: states, basis: fieldsOf(closed[2])['basis'] ?? null }
  }
}

/**
 * Fails once the views have been emptied, or have come back without the line, as a Redis does that ends before it has
 * flushed: then increments that a run takes for closed lie in an open slot.
 */
const lineStands = ({ version, mark }: ClosedSlots): Guard => ({
  key: linesKey,
  field: String(version),
  equals: mark,
})

/**
 * Writes rows of a version that nobody reads yet. `false` when the views know nothing of its line any more, or a later
 * one is published.
 */
export async function stageRows(store: ViewStore, closed: ClosedSlots, rows: readonly VersionRow[]): Promise<boolean> {
  const byPatient = new Map<string, Record<string, string>>()
  for (const { patientId, date, day } of rows) {
    const fields = byPatient.get(patientId) ?? {}
    fields[versionField(closed.version, date)] = encodeDay(day)
    byPatient.set(patientId, fields)
  }
  const staged = await store.step(
    [lineStands(closed)],
    [...byPatient].map(([patientId, fields]) => ({ op: 'set', key: daysKey(patientId), fields })),
  )
  return staged !== null
}

/** What becomes the batch view. */
export interface NewVersion extends Omit<BatchView, 'version' | 'wholeSince' | 'dead'> {
  /**
   * `every day`, or only the days that records touch which came after the basis of the line: then the rows of the
   * versions before go on counting for the other days.
   */
  holds: 'every day' | 'touched days'
  basis: string
}

/**
 * Makes a staged version the batch view and drops the slots it covers, in one step: readers see the old view or the
 * new, never half. `false` when a view of a later merge line stands already, or the views know nothing of this one.
 * A version published since the line was drawn does not matter: whatever it holds of other days has not changed since.
 */
export async function publishVersion(store: ViewStore, closed: ClosedSlots, view: NewVersion): Promise<boolean> {
  for (;;) {
    const [batch = {}, lines = {}] = ((await store.step([], standingReads)) ?? []).map(fieldsOf)
    const standing = decodeBatchView(batch)
    if (standing.version > closed.version || lines[closed.version] !== closed.mark) return false
    const past = Object.keys(lines).filter((version) => Number(version) <= closed.version)
    const published = await store.step(
      [
        lineStands(closed),
        { key: batchKey, field: 'version', equals: standing.version === 0 ? null : String(standing.version) },
      ],
      [
        { op: 'set', key: batchKey, fields: encodeBatchView(closed.version, view, standing) },
        { op: 'set', key: basisKey, fields: { basis: view.basis } },
        { op: 'unset', key: linesKey, fields: past },
        ...closed.partitions.map(
          ({ slot }, partition): Operation => ({
            op: 'set',
            key: partitionKey(partition),
            fields: { liveFrom: String(slot) },
          }),
        ),
        tell({ kind: 'batch-run', run: view.run as BatchRun, published: true }),
      ],
    )
    if (published !== null) return true
  }
}

const standingReads: Operation[] = [
  { op: 'getAll', key: batchKey },
  { op: 'getAll', key: linesKey },
]

function encodeBatchView(version: number, view: NewVersion, standing: BatchView): Record<string, string> {
  const isWhole = view.holds === 'every day'
  // Of what was never published nothing more can be staged now: its line is gone.
  const dead = isWhole ? [] : [...standing.dead, ...between(standing.version, version)]
  return {
    version: String(version),
    wholeSince: String(isWhole ? version : standing.wholeSince),
    dead: JSON.stringify(dead),
    computedAt: String(view.computedAt),
    completeTo: String(view.completeTo),
    watermark: JSON.stringify(Object.fromEntries(view.watermark)),
    ...(view.run && { run: encodeBatchRun(view.run) }),
  }
}

const between = (low: number, high: number): number[] => Array.from({ length: high - low - 1 }, (_, i) => low + 1 + i)

/** Tells watchers how a run goes, and keeps it for those who come later. */
export async function reportRun(store: ViewStore, run: BatchRun): Promise<void> {
  await store.step(
    [],
    [
      { op: 'set', key: batchKey, fields: { run: encodeBatchRun(run) } },
      tell({ kind: 'batch-run', run, published: false }),
    ],
  )
}

/** Tells watchers something that is not kept. */
export const tellViews = async (store: ViewStore, change: ViewChange): Promise<void> => {
  await store.step([], [tell(change)])
}

export const tell = (change: ViewChange): Operation => ({ op: 'tell', change: encodeChange(change) })
