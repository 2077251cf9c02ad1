// What days were computed from, kept beside them: so the next scan reads only the new files, and the days that they touch.
import { statSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import type { LakeFile } from './partition.ts'

export interface LakeBasis {
  /** Of what the sums of a day are made; other ones are computed anew. */
  form: string
  /** Partition → the offset below which every record is counted. */
  watermark: Record<number, number>
  /** Records counted, and offsets that no file held. */
  records: number
  missing: number
  /** By date, without overlap. */
  parts: LakePart[]
}

/** The files of one or more dates of the lake, and the days that were measured in them. */
export interface LakePart {
  /** Dates as the lake's folders have them, both included. */
  from: string
  to: string
  files: number
  bytes: number
  /** Dates of `measured_at` in the time zone of the days. */
  days: string[]
}

/**
 * The number is to be raised when what the sums of a day hold changes, or what counts as valid. When a later version of the
 * time zones moves an hour to another day, the day that it was counted on must not stay as it is.
 */
export const daysForm = `1, time zones of ${process.versions['tz']}`

/**
 * The files that `basis` was computed from are still the same in number and size. They never change: where they did,
 * somebody else was there.
 */
export function standsOn(basis: LakeBasis, files: readonly SizedFile[]): boolean {
  if (basis.form !== daysForm) return false
  const known = files.filter(({ partition, firstOffset }) => firstOffset < (basis.watermark[partition] ?? 0))
  const measured = measureParts(basis.parts, known)
  const held = measured.reduce((sum, part) => sum + part.files, 0)
  return (
    held === known.length &&
    measured.every(({ files, bytes }, i) => files === basis.parts[i]?.files && bytes === basis.parts[i]?.bytes)
  )
}

/** The parts that hold some of `days`. */
export const partsWith = ({ parts }: LakeBasis, days: ReadonlySet<string>): LakePart[] =>
  parts.filter((part) => part.days.some((day) => days.has(day)))

/** The parts with the days that each date of the lake got besides, measured anew by `files`. */
export function withDays(
  parts: readonly LakePart[],
  added: ReadonlyMap<string, ReadonlySet<string>>,
  files: readonly SizedFile[],
): LakePart[] {
  const grown = parts.map((part) => ({ ...part, days: new Set(part.days) }))
  for (const [date, days] of added) {
    const part = grown.find(({ from, to }) => from <= date && date <= to)
    if (part !== undefined) for (const day of days) part.days.add(day)
    else grown.push({ from: date, to: date, files: 0, bytes: 0, days: new Set(days) })
  }
  grown.sort((a, b) => (a.from < b.from ? -1 : 1))
  return measureParts(
    grown.map((part) => ({ ...part, days: [...part.days].sort() })),
    files,
  )
}

export type SizedFile = LakeFile & { bytes: number }

/** So many sizes are asked for in one go: waiting for each takes three times as long, all at once holds up the process. */
const sizesAtOnce = 1000

/** The files with their sizes. */
export async function sized(files: readonly LakeFile[]): Promise<SizedFile[]> {
  const all: SizedFile[] = []
  for (const file of files) {
    if (all.push({ ...file, bytes: statSync(file.path).size }) % sizesAtOnce === 0) await setImmediate()
  }
  return all
}

function measureParts(parts: readonly LakePart[], files: readonly SizedFile[]): LakePart[] {
  const measured = parts.map((part) => ({ ...part, files: 0, bytes: 0 }))
  const byDate = new Map<string, LakePart | undefined>()
  for (const { date, bytes } of files) {
    if (!byDate.has(date))
      byDate.set(
        date,
        measured.find(({ from, to }) => from <= date && date <= to),
      )
    const part = byDate.get(date)
    if (part === undefined) continue
    part.files += 1
    part.bytes += bytes
  }
  return measured
}
