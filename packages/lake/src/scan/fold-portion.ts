// A portion of the lake, folded: what is computed at a time, in this thread or in one of its own.

import type { LakeFile } from '../local/partition.ts'
import { createRowFold, type FoldedDay } from './fold-rows.ts'
import { createRowScanner } from './row-scanner.ts'

/** What a thread is asked for; it can be sent to one. */
export interface Portion {
  files: readonly LakeFile[]
  /** Partition → the first offset to leave out; partitions not named are left out wholly. */
  covered: ReadonlyMap<number, number>
  timeZone: string
  /** Only these dates are computed; `null`: all. */
  dates: ReadonlySet<string> | null
  /** Only these days, as `dayKey` names them, are computed; `null`: all. */
  only: ReadonlySet<string> | null
}

export interface FoldedPortion {
  /** In no order. */
  days: FoldedDay[]
  /** Records read, those included whose patient or time cannot be read. */
  records: number
}

/** Names a day of a patient's sensor. */
export const dayKey = (patientId: string, sensorId: string | null, date: string): string =>
  `${patientId}|${sensorId ?? ''}|${date}`

/** Throws `LakeFileDamaged` for a file that cannot be relied on, and what the file system throws. */
export function foldPortion({ files, covered, timeZone, dates, only }: Portion): FoldedPortion {
  const fold = createRowFold(timeZone, (patientId, sensorId, date) =>
    only === null ? dates === null || dates.has(date) : only.has(dayKey(patientId, sensorId, date)),
  )
  const scanner = createRowScanner(fold.sourceOf)
  let records = 0
  for (const file of files.toSorted(byLogOrder)) {
    scanner.scan(file, { from: 0, to: covered.get(file.partition) ?? 0 }, (row) => {
      records++
      fold.add(row)
    })
  }
  return { days: fold.days(), records }
}

const byLogOrder = (a: LakeFile, b: LakeFile): number => a.partition - b.partition || a.firstOffset - b.firstOffset
