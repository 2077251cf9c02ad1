// What came into the lake since a basis, and which files hold some of the days that it touches.
import { setImmediate } from 'node:timers/promises'
import { createDaySpanOf } from '@health/domain'
import type { LakeFile } from '../local/partition.ts'
import type { LakeBasis, LakePart } from './basis.ts'
import type { ComputeOptions } from './compute-days.ts'
import { createRowScanner } from './row-scanner.ts'
import { inPortions, type ScanFile } from './scan-files.ts'

/** What came since a basis: how many records, and which days they touch, by date of the lake and together. */
export interface Touched {
  records: number
  byDate: Map<string, Set<string>>
  days: Set<string>
}

/** Reads the new records of `files`, which are all that hold some. */
export async function readTouched(
  files: readonly ScanFile[],
  { basis, covered, timeZone, portionBytes, onProgress, signal }: ComputeOptions & { basis: LakeBasis },
): Promise<Touched> {
  const spanOf = createDaySpanOf(timeZone)
  const touched: Touched = { records: 0, byDate: new Map(), days: new Set() }
  const scanner = createRowScanner(null)
  for (const portion of inPortions(files, portionBytes)) {
    signal?.throwIfAborted()
    await setImmediate()
    for (const file of portion) {
      const { partition, date } = file
      const days = touched.byDate.get(date) ?? new Set()
      touched.byDate.set(date, days)
      const isNew = { from: basis.watermark[partition] ?? 0, to: covered.get(partition) ?? 0 }
      scanner.scan(file, isNew, ({ measuredAt }) => {
        touched.records++
        if (!Number.isNaN(measuredAt)) days.add(spanOf(measuredAt).date)
      })
    }
    await onProgress?.({ records: touched.records, share: 0 })
  }
  for (const days of touched.byDate.values()) for (const day of days) touched.days.add(day)
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
