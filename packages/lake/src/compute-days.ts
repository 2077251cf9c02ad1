// Computes days from whole parts of the lake, a portion at a time, and those with repeated readings once more.
import type { LakePart } from './basis.ts'
import { type Engine, nameDays, readRows, unsettledTable } from './engine.ts'
import { createScanDays, type DayRow, hasRepeats, type LakeDay } from './scan-days.ts'
import { beyond, inPortions, type ScanFile } from './scan-files.ts'
import { type DayRules, type DaysQuery, daysQuery } from './sql-days.ts'

/**
 * Repeated readings are rare: so days are computed as if there were none, which is a third faster, and those that have
 * some once more. Where more than this share of a portion's days has some, the next portion is computed right at once.
 */
const fewRepeats = 0.1
const dayMs = 86_400_000

/** What a scan was asked for, as far as its queries need it. */
export interface ComputeOptions {
  timeZone: string
  rules: DayRules
  /** Partition → the first offset to leave out. */
  covered: ReadonlyMap<number, number>
  /** So much CSV is computed at a time. */
  portionBytes: number
  /** Told after each portion, and waited for. */
  onProgress?(done: { records: number; share: number }): Promise<void> | void
  /** Stops the scan; it then rejects with the signal's reason. */
  signal?: AbortSignal
}

/** The days of whole parts of the lake; of `dates` only, unless they are `null`. */
export async function computeDays(
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
    found.push({ from: part[0]?.date ?? '', to: part.at(-1)?.date ?? '', days: [...theirDays].sort() })
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
