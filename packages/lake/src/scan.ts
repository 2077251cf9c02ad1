// Scans the lake: every patient's daily sums up to a watermark, computed by DuckDB from the files as they lie.
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { earliestMeasuredAt, utcOffsets } from '@health/domain'
import { readLakeFile } from './read-file.ts'
import { createScanDays, type DayRow, hasRepeats, type LakeDay, type UnsettledDay } from './scan-days.ts'
import { filesToScan, inPortions, type ScanFile } from './scan-files.ts'
import { type DayRules, type DaysQuery, daysQuery, receivedQuery } from './sql-days.ts'

export type { LakeDay } from './scan-days.ts'
export { LakeEmpty } from './scan-files.ts'

export interface LakeScan {
  /** Every patient's days, duplicates removed, in no order. */
  days: LakeDay[]
  /** Records read, those included whose patient or time cannot be read. */
  records: number
  /** Partition → the offset below which every record is counted. */
  watermark: Map<number, number>
  /** Partition → when the last record below its watermark was received, epoch ms; left out where no file holds it. */
  lastReceived: Map<number, number>
  /** Offsets below the watermark that no file holds: the log had deleted them before they were archived. */
  missing: number
}

export interface ScanOptions {
  topic: string
  /** Partition → the first offset to leave out; partitions not named are left out wholly. `null`: everything. */
  watermark: ReadonlyMap<number, number> | null
  timeZone: string
  /** So much CSV is computed at a time: little enough for memory and the processor's caches. */
  portionBytes?: number
  /** Told after each portion, and waited for. */
  onProgress?(done: { records: number; share: number }): Promise<void> | void
  /** Stops the scan; it then rejects with the signal's reason. */
  signal?: AbortSignal
}

/** DuckDB's own limit; beyond it a query writes to a temporary folder. */
const memoryLimit = '600MB'
/**
 * Repeated readings are rare: so days are computed as if there were none, which is a third faster, and those that have
 * some once more. Where more than this share of a portion's days has some, the next portion is computed right at once.
 */
const fewRepeats = 0.1
const dayMs = 86_400_000

/**
 * The days of the lake's records below the watermark, judged as the speed layer judges them, but with every duplicate
 * found: of several valid values the first in the log counts. Throws `LakeEmpty` where the lake has nothing of the
 * topic, `LakeFileDamaged` where a file cannot be relied on.
 */
export async function scanLake(lakeDir: string, options: ScanOptions): Promise<LakeScan> {
  const { topic, watermark, timeZone, portionBytes = 24 * 1024 * 1024, onProgress, signal } = options
  const files = await filesToScan(lakeDir, topic, watermark)
  const portions = inPortions(files, portionBytes)
  const rules = dayRules(files, timeZone)
  const days = createScanDays(timeZone)
  const total = files.reduce((sum, file) => sum + file.bytes, 0)
  const covered = coveredBy(files, watermark)
  let lastReceived = new Map<number, number>()
  let records = 0
  let bytes = 0
  await withEngine(async (engine) => {
    lastReceived = await readLastReceived(engine, files, covered)
    const query = (portion: readonly ScanFile[], how: Pick<DaysQuery, 'by' | 'only'>) =>
      queryDays(engine, portion, { beyond: beyond(portion, watermark), days: rules, ...how })
    let by: DaysQuery['by'] = 'records'
    for (const [i, portion] of portions.entries()) {
      signal?.throwIfAborted()
      const rows = await query(portion, { by })
      days.add(i, rows, by)
      by = rows.filter(hasRepeats).length > rows.length * fewRepeats ? 'identities' : 'records'
      for (const row of rows) records += row.records ?? 0
      for (const file of portion) bytes += file.bytes
      await onProgress?.({ records, share: bytes / total })
    }
    const unsettled = days.unsettled()
    if (unsettled.length === 0) return
    await nameDays(engine, unsettled)
    const concerned = new Set(unsettled.flatMap((day) => day.portions))
    const theirFiles = portions.filter((_, i) => concerned.has(i)).flat()
    days.replace(await query(theirFiles, { by: 'identities', only: unsettledTable }))
  })
  const missing = heldOffsets(files, covered) - records
  return { days: days.all(), records, watermark: covered, lastReceived, missing }
}

async function withEngine(work: (engine: DuckDBConnection) => Promise<void>): Promise<void> {
  const spill = await mkdtemp(join(tmpdir(), 'health-batch-'))
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(availableParallelism()),
    memory_limit: memoryLimit,
    temp_directory: spill,
    preserve_insertion_order: 'false',
  })
  try {
    const engine = await instance.connect()
    await work(engine)
    engine.closeSync()
  } finally {
    instance.closeSync()
    await rm(spill, { recursive: true, force: true })
  }
}

async function readLastReceived(
  engine: DuckDBConnection,
  files: readonly ScanFile[],
  watermark: ReadonlyMap<number, number>,
): Promise<Map<number, number>> {
  const last = ({ partition }: ScanFile) => (watermark.get(partition) ?? 0) - 1
  const theirs = files.filter((file) => file.firstOffset <= last(file) && last(file) < file.nextOffset)
  if (theirs.length === 0) return new Map()
  const offsets = new Map(theirs.map((file) => [file.partition, last(file)]))
  const paths = theirs.map(({ path }) => path)
  const result = await engine.runAndReadAll(receivedQuery(paths, offsets))
  const rows = result.getRowObjectsJS() as { partition: number; received_ms: number }[]
  return new Map(rows.map(({ partition, received_ms }) => [partition, received_ms]))
}

async function queryDays(
  engine: DuckDBConnection,
  files: readonly ScanFile[],
  query: Omit<DaysQuery, 'paths'>,
): Promise<DayRow[]> {
  try {
    const result = await engine.runAndReadAll(daysQuery({ paths: files.map(({ path }) => path), ...query }))
    return result.getRowObjectsJS() as DayRow[]
  } catch (error) {
    // The lake's own reader says which row of which file is wrong.
    for (const file of files) for await (const _ of readLakeFile(file));
    throw error
  }
}

const unsettledTable = 'unsettled_days'

async function nameDays(engine: DuckDBConnection, days: readonly UnsettledDay[]): Promise<void> {
  await engine.run(`CREATE TEMP TABLE ${unsettledTable} (patient_id VARCHAR, sensor_id VARCHAR, day BIGINT)`)
  const appender = await engine.createAppender(unsettledTable)
  for (const { patientId, sensorId, day } of days) {
    appender.appendVarchar(patientId)
    appender.appendVarchar(sensorId ?? '')
    appender.appendBigInt(BigInt(day))
    appender.endRow()
  }
  appender.closeSync()
}

/** Timely readings were measured after 2000 and before the end of the newest date, give or take a zone. */
function dayRules(files: readonly ScanFile[], timeZone: string): DayRules {
  const from = earliestMeasuredAt
  const to = Date.parse(files.at(-1)?.date ?? '2000-01-01') + 3 * dayMs
  return { offsets: utcOffsets(timeZone, from, to), from, to }
}

/** The partitions whose watermark lies inside of one of the files. */
function beyond(files: readonly ScanFile[], watermark: ReadonlyMap<number, number> | null): Map<number, number> {
  const inside = new Map<number, number>()
  for (const { partition, nextOffset } of files) {
    const end = watermark?.get(partition)
    if (end !== undefined && nextOffset > end) inside.set(partition, end)
  }
  return inside
}

function coveredBy(files: readonly ScanFile[], watermark: ReadonlyMap<number, number> | null): Map<number, number> {
  if (watermark !== null) return new Map(watermark)
  const ends = new Map<number, number>()
  for (const { partition, nextOffset } of files) ends.set(partition, Math.max(nextOffset, ends.get(partition) ?? 0))
  return ends
}

/** How many offsets lie between the first one of each partition's first file and its watermark. */
function heldOffsets(files: readonly ScanFile[], watermark: ReadonlyMap<number, number>): number {
  const firsts = new Map<number, number>()
  for (const { partition, firstOffset } of files) {
    firsts.set(partition, Math.min(firstOffset, firsts.get(partition) ?? firstOffset))
  }
  return [...firsts].reduce((sum, [partition, first]) => sum + (watermark.get(partition) ?? first) - first, 0)
}
