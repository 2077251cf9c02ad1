// Scans the lake: every patient's daily sums up to a watermark, computed by DuckDB from the files as they lie.
import { earliestMeasuredAt, utcOffsets } from '@health/domain'
import { daysForm, type LakeBasis, sized, standsOn, withDays } from './basis.ts'
import { computeDays } from './compute-days.ts'
import { type Engine, readRows, withEngine } from './engine.ts'
import type { LakeFile } from './partition.ts'
import type { LakeDay } from './scan-days.ts'
import { checkFiles, filesSince, inParts, listBelow, type ScanFile } from './scan-files.ts'
import { type DayRules, receivedQuery } from './sql-days.ts'
import { filesOf, readTouched } from './touched.ts'

export type { LakeBasis } from './basis.ts'
export type { LakeDay } from './scan-days.ts'
export { LakeEmpty } from './scan-files.ts'

export interface LakeScan {
  /** Every patient's days, duplicates removed, in no order; where a basis was gone on from, the days touched since. */
  days: LakeDay[]
  /** Whether `days` are those touched since the basis only. */
  goesOn: boolean
  /** Records counted, those included whose patient or time cannot be read. */
  records: number
  /** How many of them are new since the basis. */
  newRecords: number
  /** Partition → the offset below which every record is counted. */
  watermark: Map<number, number>
  /** Partition → when the last record below its watermark was received, epoch ms; left out where no file holds it. */
  lastReceived: Map<number, number>
  /** Offsets below the watermark that no file holds: the log had deleted them before they were archived. */
  missing: number
  /** What a later scan may go on from. */
  basis: LakeBasis
}

export interface ScanOptions {
  topic: string
  /** Partition → the first offset to leave out; partitions not named are left out wholly. `null`: everything. */
  watermark: ReadonlyMap<number, number> | null
  timeZone: string
  /** What an earlier scan of this lake in this time zone came to: only what changed since is computed. */
  basis?: LakeBasis | null
  /** So much CSV is computed at a time: little enough for memory and the processor's caches. */
  portionBytes?: number
  /** Told after each portion, and waited for. */
  onProgress?(done: { records: number; share: number }): Promise<void> | void
  /** Stops the scan; it then rejects with the signal's reason. */
  signal?: AbortSignal
}

const dayMs = 86_400_000

/**
 * The days of the lake's records below the watermark, judged as the speed layer judges them, but with every duplicate
 * found: of several valid values the first in the log counts. With a basis that still stands, only the days that newer
 * records touch, each computed from every file that holds some of it. Throws `LakeEmpty` where the lake has nothing of
 * the topic, `LakeFileDamaged` where a file that is read, or has changed since, cannot be relied on.
 */
export async function scanLake(lakeDir: string, options: ScanOptions): Promise<LakeScan> {
  const { topic, watermark, timeZone, portionBytes = 24 * 1024 * 1024 } = options
  const files = await listBelow(lakeDir, topic, watermark)
  const sizes = await sized(files)
  const basis = options.basis && standsOn(options.basis, sizes) ? options.basis : null
  const rules = dayRules(files, timeZone)
  const newest = await checkFiles(filesSince(files, basis?.watermark ?? {}))
  const covered = coveredBy(newest, watermark)
  return withEngine(async (engine) => {
    const lastReceived = await readLastReceived(engine, newest, covered)
    const theirs = { ...options, portionBytes, rules, covered }
    const touched = basis === null ? null : await readTouched(engine, newest, { ...theirs, basis })
    const wanted = touched === null ? newest : await checkFiles(filesOf(touched, basis as LakeBasis, files, newest))
    const computed = await computeDays(engine, inParts(wanted, portionBytes), touched?.days ?? null, theirs)
    const newRecords = touched?.records ?? computed.records
    const records = (basis?.records ?? 0) + newRecords
    const missing = (basis?.missing ?? 0) + heldOffsets(newest, covered, basis) - newRecords
    const parts =
      basis === null
        ? withDays(computed.parts, new Map(), sizes)
        : withDays(basis.parts, touched?.byDate ?? new Map(), sizes)
    return {
      days: computed.days,
      goesOn: basis !== null,
      records,
      newRecords,
      watermark: covered,
      lastReceived,
      missing,
      basis: { form: daysForm, watermark: Object.fromEntries(covered), records, missing, parts },
    }
  })
}

async function readLastReceived(
  engine: Engine,
  files: readonly ScanFile[],
  watermark: ReadonlyMap<number, number>,
): Promise<Map<number, number>> {
  const last = ({ partition }: ScanFile) => (watermark.get(partition) ?? 0) - 1
  const theirs = files.filter((file) => file.firstOffset <= last(file) && last(file) < file.nextOffset)
  const offsets = new Map(theirs.map((file) => [file.partition, last(file)]))
  const rows = await readRows<{ partition: number; received_ms: number }>(engine, theirs, (paths) =>
    receivedQuery(paths, offsets),
  )
  return new Map(rows.map(({ partition, received_ms }) => [partition, received_ms]))
}

/** Timely readings were measured after 2000 and before the end of the newest date, give or take a zone. */
function dayRules(files: readonly LakeFile[], timeZone: string): DayRules {
  const from = earliestMeasuredAt
  const newest = files.reduce((latest, { date }) => Math.max(latest, Date.parse(date)), from)
  const to = newest + 3 * dayMs
  return { offsets: utcOffsets(timeZone, from, to), from, to }
}

function coveredBy(files: readonly ScanFile[], watermark: ReadonlyMap<number, number> | null): Map<number, number> {
  if (watermark !== null) return new Map(watermark)
  const ends = new Map<number, number>()
  for (const { partition, nextOffset } of files) ends.set(partition, Math.max(nextOffset, ends.get(partition) ?? 0))
  return ends
}

/** How many offsets lie between the first one of each partition's first file, or the basis, and the watermark. */
function heldOffsets(
  files: readonly ScanFile[],
  watermark: ReadonlyMap<number, number>,
  basis: LakeBasis | null,
): number {
  const firsts = new Map<number, number>()
  for (const { partition, firstOffset } of files) {
    firsts.set(partition, Math.min(firstOffset, firsts.get(partition) ?? firstOffset))
  }
  return [...firsts].reduce((sum, [partition, first]) => {
    const from = Math.max(first, basis?.watermark[partition] ?? 0)
    return sum + (watermark.get(partition) ?? from) - from
  }, 0)
}
