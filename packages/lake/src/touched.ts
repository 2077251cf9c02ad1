// What came into the lake since a basis, and which files hold some of the days that it touches.
import { createDayOf } from '@health/domain'
import type { LakeBasis, LakePart } from './basis.ts'
import type { ComputeOptions } from './compute-days.ts'
import { type Engine, readRows } from './engine.ts'
import type { LakeFile } from './partition.ts'
import { type DayRow, dateOfRow } from './scan-days.ts'
import { beyond, inPortions, type ScanFile } from './scan-files.ts'
import { touchedQuery } from './sql-days.ts'

/** What came since a basis: how many records, and which days they touch, by date of the lake and together. */
export interface Touched {
  records: number
  byDate: Map<string, Set<string>>
  days: Set<string>
}

type TouchedRow = Pick<DayRow, 'day' | 'odd_second'> & { lake_date: string; records: number }

/** Reads the new records of `files`, which are all that hold some. */
export async function readTouched(
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

/** Of `files`, those that hold some of the touched days: in `parts` all, elsewhere only those that are new. */
export function filesOf(
  parts: readonly LakePart[],
  files: readonly LakeFile[],
  newest: readonly ScanFile[],
): LakeFile[] {
  const isNew = new Set(newest.map(({ path }) => path))
  return files.filter(({ path, date }) => isNew.has(path) || isIn(parts, date))
}

export const isIn = (parts: readonly LakePart[], date: string): boolean =>
  parts.some(({ from, to }) => from <= date && date <= to)
