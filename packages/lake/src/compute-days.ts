// Computes days from whole parts of the lake, portion by portion, and those that several portions share once more.
import { availableParallelism } from 'node:os'
import type { LakePart } from './basis.ts'
import type { Portion } from './fold-portion.ts'
import { foldPortions } from './fold-portions.ts'
import { createScanDays, type LakeDay, type UnsettledDay } from './scan-days.ts'
import { inPortions, type ScanFile } from './scan-files.ts'

/** What a scan was asked for, as far as days depend on it. */
export interface ComputeOptions {
  timeZone: string
  /** Partition → the first offset to leave out. */
  covered: ReadonlyMap<number, number>
  /** So much CSV is computed at a time. */
  portionBytes: number
  /** Told after each portion, and waited for. */
  onProgress?(done: { records: number; share: number }): Promise<void> | void
  /** Stops the scan; it then rejects with the signal's reason. */
  signal?: AbortSignal
}

/** To start threads takes as long as to compute about so many portions. */
const fewPortions = 8

/** The days of whole parts of the lake; of `dates` only, unless they are `null`. */
export async function computeDays(
  parts: readonly ScanFile[][],
  dates: ReadonlySet<string> | null,
  { timeZone, covered, portionBytes, onProgress, signal }: ComputeOptions,
): Promise<{ days: LakeDay[]; records: number; parts: LakePart[] }> {
  const days = createScanDays()
  const found = parts.map((part) => ({
    from: part[0]?.date ?? '',
    to: part.at(-1)?.date ?? '',
    days: new Set<string>(),
  }))
  const portions = parts.flatMap((part, i) =>
    inPortions(part, portionBytes).map((files) => ({ files, days: found[i]?.days, bytes: sizeOf(files) })),
  )
  const bytes = sizeOf(parts.flat())
  const threads = bytes > fewPortions * portionBytes ? availableParallelism() : 1
  const portion = (files: readonly ScanFile[], only: Portion['only']): Portion => ({
    files,
    covered,
    timeZone,
    dates,
    only,
  })
  let records = 0
  let done = 0
  let bytesDone = 0
  for await (const folded of foldPortions(
    portions.map(({ files }) => portion(files, null)),
    threads,
  )) {
    signal?.throwIfAborted()
    const { days: theirDays, bytes: theirBytes } = portions[done] ?? {}
    days.add(done++, folded.days)
    for (const { date } of folded.days) theirDays?.add(date)
    records += folded.records
    bytesDone += theirBytes ?? 0
    await onProgress?.({ records, share: bytesDone / bytes })
  }
  const again = together(days.unsettled(), (i) => portions[i]?.bytes ?? 0, portionsTogether * portionBytes)
  const filesOf = (numbers: ReadonlySet<number>) => portions.flatMap(({ files }, i) => (numbers.has(i) ? files : []))
  for await (const folded of foldPortions(
    again.map(({ numbers, keys }) => portion(filesOf(numbers), keys)),
    threads,
  )) {
    signal?.throwIfAborted()
    days.replace(folded.days)
  }
  return { days: days.all(), records, parts: found.map((part) => ({ ...part, days: [...part.days].sort() })) }
}

/** So many portions are read once more at a time, or as many as a single day needs. */
const portionsTogether = 4

/** Puts days together that can be computed at a time: from about `bytes` of portions, whose numbers are given with their keys. */
function together(
  days: readonly UnsettledDay[],
  bytesOf: (portion: number) => number,
  bytes: number,
): { numbers: Set<number>; keys: Set<string> }[] {
  const groups: { numbers: Set<number>; keys: Set<string>; bytes: number }[] = []
  for (const { key, portions } of days) {
    let group = groups.at(-1)
    const added = portions.filter((number) => !group?.numbers.has(number))
    const more = added.reduce((sum, number) => sum + bytesOf(number), 0)
    if (group === undefined || group.bytes + more > bytes) {
      group = { numbers: new Set(), keys: new Set(), bytes: 0 }
      groups.push(group)
    }
    for (const number of portions) {
      if (!group.numbers.has(number)) group.bytes += bytesOf(number)
      group.numbers.add(number)
    }
    group.keys.add(key)
  }
  return groups
}

const sizeOf = (files: readonly ScanFile[]): number => files.reduce((sum, { bytes }) => sum + bytes, 0)
