// What days were computed from, kept beside them: so the next scan reads only the new files, and the days that they touch.
import { statSync } from 'node:fs'
import { type FolderLook, type FolderNotes, measureDates, type SizedFile } from '../local/folders.ts'
import type { LakeFile } from '../local/partition.ts'
import { filesSince } from './scan-files.ts'

export interface LakeBasis {
  /** Of what the sums of a day are made, and the rest of this; other ones are computed anew. */
  form: string
  /** Partition → the offset below which every record is counted. */
  watermark: Record<number, number>
  /** Records counted, and offsets that no file held. */
  records: number
  missing: number
  /** By date, without overlap. */
  parts: LakePart[]
  /** Date of the lake → its folder. */
  folders: FolderNotes
}

/** One or more dates of the lake, and the days that were measured in them. */
export interface LakePart {
  /** Dates as the lake's folders have them, both included. */
  from: string
  to: string
  /** Dates of `measured_at` in the time zone of the days. */
  days: string[]
}

/**
 * The number is to be raised when what the sums of a day hold changes, or what counts as valid, or what a basis holds. When
 * a later version of the time zones moves an hour to another day, the day that it was counted on must not stay as it is.
 */
export const daysForm = `2, time zones of ${process.versions['tz']}`

/**
 * Whether `files`, all of some `dates`, are those that `basis` was computed from, in number and size. They never change:
 * where they did, somebody else was there.
 */
export function holdsStill(basis: LakeBasis, dates: Iterable<string>, files: readonly SizedFile[]): boolean {
  const known = files.filter(({ partition, firstOffset }) => firstOffset < (basis.watermark[partition] ?? 0))
  const measures = measureDates(known)
  for (const date of dates) {
    const { files = 0, bytes = 0 } = basis.folders[date] ?? {}
    const found = measures.get(date) ?? { files: 0, bytes: 0 }
    if (found.files !== files || found.bytes !== bytes) return false
  }
  return true
}

/** Whether every folder is there that `basis` was computed from. */
export const hasFolders = ({ folders }: LakeBasis, { dates }: FolderLook): boolean =>
  Object.entries(folders).every(([date, { files }]) => files === 0 || dates.has(date))

/** The parts that hold some of `days`. */
export const partsWith = ({ parts }: LakeBasis, days: ReadonlySet<string>): LakePart[] =>
  parts.filter((part) => part.days.some((day) => days.has(day)))

/** The parts with the days that each date of the lake got besides. */
export function withDays(parts: readonly LakePart[], added: ReadonlyMap<string, ReadonlySet<string>>): LakePart[] {
  const grown = parts.map((part) => ({ ...part, days: new Set(part.days) }))
  for (const [date, days] of added) {
    const part = grown.find(({ from, to }) => from <= date && date <= to)
    if (part !== undefined) for (const day of days) part.days.add(day)
    else grown.push({ from: date, to: date, days: new Set(days) })
  }
  grown.sort((a, b) => (a.from < b.from ? -1 : 1))
  return grown.map((part) => ({ ...part, days: [...part.days].sort() }))
}

/**
 * The notes with what was seen of folders that have changed: `files` are those of the topic, `sized` the ones below the
 * watermark (`covered`). A folder that holds more than is covered is looked into again in any case.
 */
export function withFolders(
  notes: FolderNotes,
  { changed }: FolderLook,
  files: readonly LakeFile[],
  sized: readonly SizedFile[],
  covered: ReadonlyMap<number, number>,
): FolderNotes {
  const open = new Set(filesSince(files, Object.fromEntries(covered)).map(({ date }) => date))
  const measures = measureDates(sized)
  const seen = [...changed].map(([date, stamp]) => {
    const { files = 0, bytes = 0 } = measures.get(date) ?? {}
    return [date, { stamp: open.has(date) ? '' : stamp, files, bytes }]
  })
  return { ...notes, ...Object.fromEntries(seen) }
}

/** The files with their sizes. */
export const sized = (files: readonly LakeFile[]): SizedFile[] =>
  files.map((file) => ({ ...file, bytes: statSync(file.path).size }))
