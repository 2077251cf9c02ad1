// Scans the lake: every patient's daily sums up to a watermark, computed by DuckDB from the files as they lie.
import { createDayOf, earliestMeasuredAt, utcOffsets } from '@health/domain'
import { daysForm, type LakeBasis, type LakePart, partsWith, sized, standsOn, withDays } from './basis.ts'
import { type Engine, nameDays, readRows, unsettledTable, withEngine } from './engine.ts'
import type { LakeFile } from './partition.ts'
import { createScanDays, type DayRow, dateOfRow, hasRepeats, type LakeDay } from './scan-days.ts'
import { checkFiles, filesSince, inParts, inPortions, listBelow, type ScanFile } from './scan-files.ts'
import { type DayRules, type DaysQuery, daysQuery, receivedQuery, touchedQuery } from './sql-days.ts'

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

/**
 * Repeated readings are rare: so days are computed as if there were none, which is a third faster, and those that have
 * some once more. Where more than this share of a portion's days has some, the next portion is computed right at once.
 */
const fewRepeats = 0.1
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

interface ComputeOptions extends ScanOptions {
  rules: DayRules
  covered: ReadonlyMap<number, number>
  portionBytes: number
}

/** The days of whole parts of the lake; of `dates` only, unless they are `null`. */
async function computeDays(
  engine: Engine,
  parts: readonly ScanFile[][],
  dates: ReadonlySet<string> | null,
  { timeZone, rules, covered, portionBytes, onProgress, signal }: ComputeOptions,
): Promise<{ days: LakeDay[]; records: number; parts: LakePart[] }> {
  const days = createScanDays(timeZone)
  const total = parts.flat().reduce((sum, file) => sum + file.bytes, 0)
  const within = dates === null ? {} : { within: [...dates].map((date) => Date.parse(date) / dayMs) }
  const query = (files: readonly ScanFile[], how: Pick<DaysQuery, 'by' | 'only'>) =>
    readRows<DayRow>(engine, files, (paths) =>
      daysQuery({ paths, beyond: beyond(files, covered), days: rules, ...within, ...how }),
    )
  const portions: ScanFile[][] = []
  const found: LakePart[] = []
  let by: DaysQuery['by'] = 'records'
  let records = 0
  let bytes = 0
  for (const part of parts) {
    const theirDays = new Set<string>()
    for (const portion of inPortions(part, portionBytes)) {
      signal?.throwIfAborted()
      const rows = await query(portion, { by })
      for (const date of days.add(portions.push(portion) - 1, rows, by)) theirDays.add(date)
      by = rows.filter(hasRepeats).length > rows.length * fewRepeats ? 'identities' : 'records'
      for (const row of rows) records += row.records ?? 0
      for (const file of portion) bytes += file.bytes
      await onProgress?.({ records, share: bytes / total })
    }
    found.push({
      from: part[0]?.date ?? '',
      to: part.at(-1)?.date ?? '',
      files: 0,
      bytes: 0,
      days: [...theirDays].sort(),
    })
  }
  const unsettled = days.unsettled()
  if (unsettled.length > 0) {
    await nameDays(engine, unsettled)
    const concerned = new Set(unsettled.flatMap((day) => day.portions))
    const theirFiles = portions.filter((_, i) => concerned.has(i)).flat()
    days.replace(await query(theirFiles, { by: 'identities', only: unsettledTable }))
  }
  return { days: days.all().filter(({ date }) => dates === null || dates.has(date)), records, parts: found }
}

/** What came since a basis: how many records, and which days they touch, by date of the lake and together. */
interface Touched {
  records: number
  byDate: Map<string, Set<string>>
  days: Set<string>
}

type TouchedRow = Pick<DayRow, 'day' | 'odd_second'> & { lake_date: string; records: number }

async function readTouched(
  engine: Engine,
  files: readonly ScanFile[],
  { basis, covered, rules, timeZone, portionBytes, onProgress, signal }: ComputeOptions & { basis: LakeBasis },
): Promise<Touched> {
  const dayOf = createDayOf(timeZone)
  const touched: Touched = { records: 0, byDate: new Map(), days: new Set() }
  const since = new Map(files.map(({ partition }) => [partition, basis.watermark[partition] ?? 0]))
  for (const portion of inPortions(files, portionBytes)) {
    signal?.throwIfAborted()
    const rows = await readRows<TouchedRow>(engine, portion, (paths) =>
      touchedQuery({ paths, beyond: beyond(portion, covered), days: rules, since }),
    )
    for (const row of rows) {
      touched.records += row.records
      const days = touched.byDate.get(row.lake_date) ?? new Set()
      touched.byDate.set(row.lake_date, days)
      const date = dateOfRow(row, dayOf)
      if (date === null) continue
      days.add(date)
      touched.days.add(date)
    }
    await onProgress?.({ records: touched.records, share: 0 })
  }
  return touched
}

/** All files that hold some of the touched days. */
function filesOf(
  touched: Touched,
  basis: LakeBasis,
  files: readonly LakeFile[],
  newest: readonly ScanFile[],
): LakeFile[] {
  if (touched.days.size === 0) return []
  const parts = partsWith(basis, touched.days)
  const isNew = new Set(newest.map(({ path }) => path))
  return files.filter(({ path, date }) => isNew.has(path) || parts.some(({ from, to }) => from <= date && date <= to))
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
