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
  /** Told after each portion and at least every second or so, and waited for. */
  onProgress?(done: { records: number; share: number }): Promise<void> | void
  /** Stops the scan; it then rejects with the signal's reason. */
  signal?: AbortSignal
}

/** To start threads takes as long as to compute about so many portions. */
const fewPortions = 48

/** The days of whole parts of the lake; of `dates` only, unless they are `null`. */
export async function computeDays(
  parts: readonly ScanFile[][],
  dates: ReadonlySet<string> | null,
  options: ComputeOptions,
): Promise<{ days: LakeDay[]; records: number; parts: LakePart[] }> {
  const { timeZone, covered, portionBytes, onProgress, signal } = options
  const days = createScanDays()
  const found = parts.map((part) => ({
    from: part[0]?.date ?? '',
    to: part.at(-1)?.date ?? '',
    days: new Set<string>(),
  }))
  const portions = parts.flatMap((part, i) =>
    inPortions(part, portionBytes).map((files) => ({ files, days: found[i]?.days, bytes: sizeOf(files) })),
  )
  const asked = portions.map(({ files }): Portion => ({ files, covered, timeZone, dates, only: null }))
  const bytes = sizeOf(parts.flat())
  const threads = asked.length > fewPortions ? availableParallelism() : 0
  let records = 0
  let done = 0
  let bytesDone = 0
  for await (const folded of foldPortions(asked, { threads, signal })) {
    const { days: theirDays, bytes: theirBytes } = portions[done] ?? {}
    days.add(done++, folded.days)
    for (const { date } of folded.days) theirDays?.add(date)
    records += folded.records
    bytesDone += theirBytes ?? 0
    await onProgress?.({ records, share: bytesDone / bytes })
  }
  const unsettled = days.unsettled()
  if (unsettled.length > 0) {
    const again = together(unsettled, readingsTogether).map((group) => ({
      files: portions.flatMap((portion, i) => (group.portions.has(i) ? portion.files : [])),
      only: group.keys,
    }))
    const isLittle = sizeOf(again.flatMap(({ files }) => files)) <= portionBytes
    const askedAgain = again.map((each): Portion => ({ ...each, covered, timeZone, dates }))
    await withBeat(
      () => onProgress?.({ records, share: 1 }),
      async () => {
        for await (const folded of foldPortions(askedAgain, {
          threads: isLittle ? 0 : availableParallelism(),
          signal,
        })) {
          days.replace(folded.days)
        }
      },
    )
  }
  return { days: days.all(), records, parts: found.map((part) => ({ ...part, days: [...part.days].sort() })) }
}

/** Days are remembered reading by reading while they are computed once more: so many at a time, or those of a single day. */
const readingsTogether = 2_000_000

export interface DaysAgain {
  /** Which portions hold some of them. */
  portions: Set<number>
  keys: Set<string>
}

/**
 * Puts days together that are computed once more at a time. Not by portions: days spread over the whole lake would each have
 * all of it read for itself.
 */
export function together(days: readonly UnsettledDay[], mostReadings: number): DaysAgain[] {
  const groups: (DaysAgain & { readings: number })[] = []
  for (const { key, portions, readings } of days) {
    let group = groups.at(-1)
    if (group === undefined || group.readings + readings > mostReadings) {
      group = { portions: new Set(), keys: new Set(), readings: 0 }
      groups.push(group)
    }
    for (const portion of portions) group.portions.add(portion)
    group.keys.add(key)
    group.readings += readings
  }
  return groups
}

const beatMs = 1000

/** Calls `beat` every second while `work` is under way; where it fails, so does this, when the work is done. */
async function withBeat(beat: () => Promise<void> | void, work: () => Promise<void>): Promise<void> {
  let beaten: Promise<unknown> = Promise.resolve()
  const timer = setInterval(() => {
    beaten = beaten.then(beat)
    beaten.catch(() => {})
  }, beatMs)
  try {
    await work()
  } finally {
    clearInterval(timer)
  }
  await beaten
}

const sizeOf = (files: readonly ScanFile[]): number => files.reduce((sum, { bytes }) => sum + bytes, 0)
