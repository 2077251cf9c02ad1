// One batch run: draws a merge line in the views, computes from the lake every day below it that has changed since the last
// one, and publishes the result.
import { lakeCoverage } from '@health/lake'
import { type LakeBasis, LakeEmpty, type LakeScan, scanLake } from '@health/lake/scan'
import {
  allPatients,
  type BatchRun,
  type ClosedSlots,
  claimViews,
  closeSlots,
  dropCovered,
  publishVersion,
  readBatchView,
  readPartitions,
  reportRun,
  stageRows,
  type VersionRow,
  type ViewStore,
  ViewsUnavailable,
} from '@health/views'
import { emptyLake, foreignLake, nothingApplied, unreadableLake, viewsEmptied } from './batch-failed.ts'
import { type BatchResult, describeRun, inWords, withAllPatients } from './batch-result.ts'
import { waitForLake } from './wait-for-lake.ts'

export interface BatchOptions {
  views: ViewStore
  lakeDir: string
  topic: string
  partitions: number
  timeZone: string
  /** The clock, epoch ms. */
  now(): number
  /** Told of each stage, in words for a person. */
  onProgress?(message: string): void
  /** Ends the run early; it then rejects with the signal's reason and counts as failed. */
  signal?: AbortSignal
  /** Computes every day from the whole lake, whatever the published view has. */
  full?: boolean
  /** How long the lake may stand still while it is behind. */
  patienceMs?: number
}

const rowsAtOnce = 500
/** Watchers hear of a run at most this often while it is under way. */
const reportMs = 1000

/**
 * Publishes a new batch view. Rejects with a `BatchFailed`, a `LakeFileDamaged` or a `ConfigError`, each in words for a
 * person, or with `ViewsUnavailable`: the views then go on serving what they served. Runs may overlap, in one process or
 * in several: the one that drew the later line stays.
 */
export async function runBatch(options: BatchOptions): Promise<BatchResult> {
  const { views, now, onProgress, signal } = options
  const startedAt = now()
  const run: BatchRun = {
    state: 'running',
    startedAt,
    message: '',
    computedAt: null,
    rows: null,
    records: null,
  }
  let reportedAt = Number.NEGATIVE_INFINITY
  const tell = async (message: string) => {
    signal?.throwIfAborted()
    onProgress?.(message)
    if (now() - reportedAt < reportMs) return
    reportedAt = now()
    await reportRun(views, { ...run, message })
  }
  try {
    await refuseHopeless(options)
    const closed = await closeSlots(views, options.partitions)
    const scan = await scanBelow(closed, options, tell)
    refuseForeignLake(closed, scan, options.lakeDir)
    const rows = withAllPatients(scan.days)
    await tell(`writing ${inWords(rows.length, 'row')}`)
    const isStaged = await stage(views, closed, rows)
    const result = summarise(closed, scan, rows, { startedAt, computedAt: now() })
    const isPublished = isStaged && (await publish(views, closed, result, run))
    // A later line, published meanwhile, covers more than this one: all is well.
    if (!isPublished && (await readBatchView(views)).version <= closed.version) throw viewsEmptied()
    // What is left over counts no more; the next run sweeps it.
    await dropCovered(views, options.partitions, new Set(rows.map(({ patientId }) => patientId))).catch(unlessOutage)
    return result
  } catch (cause) {
    const error = unreadableLake(options.lakeDir, cause)
    const message = error instanceof Error ? error.message : String(error)
    // The views may be what failed; then there is nobody to tell.
    await reportRun(views, { ...run, state: 'failed', message }).catch(() => {})
    throw error
  }
}

function unlessOutage(error: unknown): void {
  if (!(error instanceof ViewsUnavailable)) throw error
}

/** Refuses what no waiting would mend, before anything is changed. */
async function refuseHopeless({ views, lakeDir, topic, partitions, timeZone }: BatchOptions): Promise<void> {
  const states = await readPartitions(views, partitions)
  if (states.every(({ position }) => position === null)) {
    const isEmpty = (await lakeCoverage(lakeDir, topic)).size === 0
    throw isEmpty ? emptyLake(`There are no records in ${lakeDir} yet.`) : nothingApplied(lakeDir)
  }
  // Days of two time zones must not be mixed.
  await claimViews(views, timeZone)
}

/** Partition → the offset below which everything lies in closed slots. */
const mergeLine = ({ partitions }: ClosedSlots): Map<number, number> =>
  new Map(partitions.flatMap(({ position }, partition) => (position === null ? [] : [[partition, position]])))

/** The part of the line that the lake must reach; where no record was applied, there is none to wait for. */
const awaited = ({ partitions }: ClosedSlots, line: ReadonlyMap<number, number>): Map<number, number> =>
  new Map([...line].filter(([partition, position]) => position > (partitions[partition]?.from ?? 0)))

async function scanBelow(
  closed: ClosedSlots,
  { views, lakeDir, topic, timeZone, now, full = false, patienceMs = 60_000, signal }: BatchOptions,
  tell: (message: string) => Promise<void>,
): Promise<LakeScan> {
  const basis: LakeBasis | null = full || closed.basis === null ? null : JSON.parse(closed.basis)
  const line = mergeLine(closed)
  await waitForLake(awaited(closed, line), { views, lakeDir, topic, patienceMs, tell, signal })
  await tell('reading the lake')
  try {
    return await scanLake(lakeDir, {
      topic,
      watermark: line,
      timeZone,
      basis,
      now: now(),
      onProgress: ({ records, share }) =>
        tell(`reading the lake: ${inWords(records, 'record')}, ${Math.round(100 * share)} %`),
      ...(signal && { signal }),
    })
  } catch (error) {
    if (error instanceof LakeEmpty) throw emptyLake(error.message, error)
    throw error
  }
}

/** The views know when the record before the line was received; where the lake has another one there, it is not theirs. */
function refuseForeignLake({ partitions }: ClosedSlots, { lastReceived }: LakeScan, lakeDir: string): void {
  for (const [partition, received] of lastReceived) {
    const { receivedAt, position, from = 0 } = partitions[partition] ?? { receivedAt: 0, position: null }
    // Where nothing was applied since the partition was begun, its time is that of no record.
    if (position === null || position <= from || receivedAt === received) continue
    throw foreignLake(lakeDir, partition)
  }
}

async function stage(views: ViewStore, closed: ClosedSlots, rows: readonly VersionRow[]): Promise<boolean> {
  for (let i = 0; i < rows.length; i += rowsAtOnce) {
    if (!(await stageRows(views, closed, rows.slice(i, i + rowsAtOnce)))) return false
  }
  return true
}

function summarise(
  { partitions }: ClosedSlots,
  { days: _, ...scan }: LakeScan,
  rows: VersionRow[],
  { startedAt, computedAt }: { startedAt: number; computedAt: number },
): BatchResult {
  const completeTo = Math.max(...partitions.map(({ receivedAt }) => receivedAt))
  return { ...scan, rows, computedAt, completeTo, tookMs: computedAt - startedAt }
}

async function publish(views: ViewStore, closed: ClosedSlots, result: BatchResult, run: BatchRun): Promise<boolean> {
  const { computedAt, completeTo, watermark, rows, records, goesOn, basis } = result
  const done: BatchRun = {
    ...run,
    state: 'done',
    message: describeRun(result),
    computedAt,
    rows: rows.filter(({ patientId }) => patientId !== allPatients).length,
    records,
  }
  return publishVersion(views, closed, {
    computedAt,
    completeTo,
    watermark,
    run: done,
    holds: goesOn ? 'touched days' : 'every day',
    basis: JSON.stringify(basis),
  })
}
