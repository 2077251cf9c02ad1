// Which files a scan reads, each checked at both ends, and how many at a time.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { type LakeFile, listFolders, listLake, rawFolder } from '../local/partition.ts'
import { LakeFileDamaged, readLastRow } from '../local/read-file.ts'
import { lakeHeader } from '../rows/row.ts'

/** A file that begins and ends as it should. */
export interface ScanFile extends LakeFile {
  bytes: number
  /** The offset after its last row. */
  nextOffset: number
}

/** There is nothing to compute from: no lake, or no file of the topic in it. */
export class LakeEmpty extends Error {
  override name = 'LakeEmpty'
}

/** So many files are checked before others have their turn. */
const checksAtOnce = 100

/**
 * The files of `topic` in the folders of `dates`, by partition and offset. Throws `LakeFileDamaged` for what is not the
 * lake's.
 */
export async function listTopic(lakeDir: string, topic: string, dates: Iterable<string>): Promise<LakeFile[]> {
  const { files, foreign } = await listFolders(lakeDir, dates)
  refuseForeign(foreign)
  return files.filter((file) => file.topic === topic)
}

/** Throws `LakeFileDamaged` where a scan has found paths that are not the lake's. */
export function refuseForeign([stranger]: readonly string[]): void {
  if (stranger === undefined) return
  throw new LakeFileDamaged(`${stranger} was not written by the archiver. Move it out of the lake, then run again.`)
}

/** Of a topic's files, those that hold offsets below `watermark` (`null`: all of them). */
export const filesBelow = (files: readonly LakeFile[], watermark: ReadonlyMap<number, number> | null): LakeFile[] =>
  files.filter(({ partition, firstOffset }) => watermark === null || firstOffset < (watermark.get(partition) ?? 0))

/** Of files by partition and offset, those that may hold offsets from `since` (partition → offset) on. */
export const filesSince = (files: readonly LakeFile[], since: Readonly<Record<number, number>>): LakeFile[] =>
  files.filter((file, i) => {
    const next = files[i + 1]
    // Where a file ends only it itself tells: the last one before may reach beyond.
    return next?.partition !== file.partition || next.firstOffset > (since[file.partition] ?? 0)
  })

/**
 * Checks both ends of files that come by partition and offset; they go on by date, partition and offset. Throws
 * `LakeFileDamaged` for what was cut off, or holds what another file holds too.
 */
export async function checkFiles(files: readonly LakeFile[]): Promise<ScanFile[]> {
  const checked: ScanFile[] = []
  for (const file of files) {
    if (checked.push(await checkFile(file)) % checksAtOnce === 0) await setImmediate()
  }
  checked.forEach(refuseOverlap)
  return checked.sort(byDatePartitionOffset)
}

/** So many of the newest dates are parts of their own: they are touched most, and then no other date is read again. */
const newestDates = 7

/** Whole dates, together about `bytes` or more, but each of the newest by itself. */
export function inParts(files: readonly ScanFile[], bytes: number): ScanFile[][] {
  const newest = new Set([...new Set(files.map(({ date }) => date))].slice(-newestDates))
  return split(files, bytes, (file, before, isFull) => file.date !== before.date && (isFull || newest.has(file.date)))
}

/** The files in portions of about `bytes`, in their order: what is computed at a time. */
export const inPortions = (files: readonly ScanFile[], bytes: number): ScanFile[][] =>
  split(files, bytes, (_file, _before, isFull) => isFull)

function split(
  files: readonly ScanFile[],
  bytes: number,
  beginsAnother: (file: ScanFile, before: ScanFile, isFull: boolean) => boolean,
): ScanFile[][] {
  const groups: ScanFile[][] = []
  let left = 0
  for (const file of files) {
    const before = groups.at(-1)?.at(-1)
    if (before === undefined || beginsAnother(file, before, left <= 0)) {
      groups.push([])
      left = bytes
    }
    groups.at(-1)?.push(file)
    left -= file.bytes
  }
  return groups
}

/** Why a lake without a file of the topic cannot be computed from. */
export async function describeEmpty(lakeDir: string, topic: string): Promise<string> {
  const others = [...new Set((await listLake(lakeDir)).files.map((file) => file.topic))]
  if (others.length === 0) return `There are no records in ${rawFolder(lakeDir)} yet.`
  return `${rawFolder(lakeDir)} holds records of ${others.join(', ')}, none of ${topic}.`
}

/**
 * Looks at both ends of a file with few and synchronous calls: there may be tens of thousands, and each takes some
 * microseconds. Where anything is not as usual, the lake's own reader has the last word on it.
 */
async function checkFile(file: LakeFile): Promise<ScanFile> {
  const { head, tail, bytes } = readEnds(file.path)
  if (head !== lakeHeader) {
    await readLastRow(file)
    throw new LakeFileDamaged(
      `${file.path} does not begin with the lake's columns. Put back the original, or move it out of the lake.`,
    )
  }
  return { ...file, bytes, nextOffset: (lastOffset(file, tail) ?? (await readLastRow(file)).offset) + 1 }
}

const tailBytes = 1024
/** A file that fits is read in one go; a larger one is looked at where it ends as well. */
const begin = Buffer.allocUnsafe(16 * 1024)

function readEnds(path: string): { head: string; tail: string; bytes: number } {
  const file = openSync(path, 'r')
  try {
    const length = readSync(file, begin, 0, begin.length, 0)
    const head = begin.toString('latin1', 0, Math.min(length, lakeHeader.length))
    if (length < begin.length)
      return { head, tail: begin.toString('latin1', Math.max(0, length - tailBytes), length), bytes: length }
    const { size } = fstatSync(file)
    const tail = Buffer.allocUnsafe(tailBytes)
    return { head, tail: tail.toString('latin1', 0, readSync(file, tail, 0, tailBytes, size - tailBytes)), bytes: size }
  } finally {
    closeSync(file)
  }
}

/** The offset of a whole last row that is this file's; `null` where a closer look is needed. */
function lastOffset({ partition, firstOffset, date }: LakeFile, tail: string): number | null {
  const end = tail.length - 1
  const begin = tail.lastIndexOf('\n', end - 1)
  if (tail[end] !== '\n' || begin < 0) return null
  const [, ofPartition, offset, received] = rowStart.exec(tail.slice(begin + 1, end)) ?? []
  const isOwn = Number(ofPartition) === partition && Number(offset) >= firstOffset && received === date
  return isOwn ? Number(offset) : null
}

/** Partition, offset and date of a row of ten cells, the last of which may hold anything. */
const rowStart = /^(\d+),(\d+),(\d{4}-\d{2}-\d{2})T[\d:.]+Z(?:,[^,"]*){6},/

/** Files come by partition and offset here. */
function refuseOverlap(file: ScanFile, i: number, files: readonly ScanFile[]): void {
  const next = files[i + 1]
  if (next === undefined || next.partition !== file.partition || next.firstOffset >= file.nextOffset) return
  throw new LakeFileDamaged(
    `${file.path} reaches to offset ${file.nextOffset - 1}, where ${next.path} has begun already: one of the two was ` +
      'not written by the archiver. Move it out of the lake, then run again.',
  )
}

const byDatePartitionOffset = (a: LakeFile, b: LakeFile): number =>
  a.date === b.date ? a.partition - b.partition || a.firstOffset - b.firstOffset : a.date < b.date ? -1 : 1
