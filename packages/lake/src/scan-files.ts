// Which files a scan reads, each checked at both ends, and how many at a time.
import { open } from 'node:fs/promises'
import { type LakeFile, listLake, rawFolder } from './partition.ts'
import { LakeFileDamaged, readLastRow } from './read-file.ts'
import { lakeHeader } from './row.ts'

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

/** So many files are checked at a time. */
const checksAtOnce = 16

/**
 * The files of `topic` that hold offsets below `watermark` (`null`: all of them), by partition and offset. Throws
 * `LakeEmpty`, and `LakeFileDamaged` for what is not the lake's.
 */
export async function listBelow(
  lakeDir: string,
  topic: string,
  watermark: ReadonlyMap<number, number> | null,
): Promise<LakeFile[]> {
  const { files, foreign } = await listLake(lakeDir)
  const [stranger] = foreign
  if (stranger !== undefined) {
    throw new LakeFileDamaged(`${stranger} was not written by the archiver. Move it out of the lake, then run again.`)
  }
  const ofTopic = files.filter((file) => file.topic === topic)
  if (ofTopic.length === 0) throw new LakeEmpty(describeEmpty(lakeDir, topic, files))
  if (watermark === null) return ofTopic
  return ofTopic.filter(({ partition, firstOffset }) => firstOffset < (watermark.get(partition) ?? 0))
}

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
  for (let i = 0; i < files.length; i += checksAtOnce) {
    checked.push(...(await Promise.all(files.slice(i, i + checksAtOnce).map(checkFile))))
  }
  checked.forEach(refuseOverlap)
  return checked.sort(byDatePartitionOffset)
}

/** Whole dates, together about `bytes` or more. */
export const inParts = (files: readonly ScanFile[], bytes: number): ScanFile[][] =>
  split(files, bytes, (file, before) => file.date !== before.date)

/** The files in portions of about `bytes`, in their order: what is computed at a time. */
export const inPortions = (files: readonly ScanFile[], bytes: number): ScanFile[][] => split(files, bytes, () => true)

function split(
  files: readonly ScanFile[],
  bytes: number,
  mayBegin: (file: ScanFile, before: ScanFile) => boolean,
): ScanFile[][] {
  const groups: ScanFile[][] = []
  let left = 0
  for (const file of files) {
    const before = groups.at(-1)?.at(-1)
    if (before === undefined || (left <= 0 && mayBegin(file, before))) {
      groups.push([])
      left = bytes
    }
    groups.at(-1)?.push(file)
    left -= file.bytes
  }
  return groups
}

function describeEmpty(lakeDir: string, topic: string, files: readonly LakeFile[]): string {
  const others = [...new Set(files.map((file) => file.topic))]
  if (others.length === 0) return `There are no records in ${rawFolder(lakeDir)} yet.`
  return `${rawFolder(lakeDir)} holds records of ${others.join(', ')}, none of ${topic}.`
}

async function checkFile(file: LakeFile): Promise<ScanFile> {
  const { offset } = await readLastRow(file)
  const handle = await open(file.path)
  try {
    const { buffer } = await handle.read({ buffer: Buffer.alloc(lakeHeader.length), position: 0 })
    if (buffer.toString() !== lakeHeader) {
      throw new LakeFileDamaged(
        `${file.path} does not begin with the lake's columns. Put back the original, or move it out of the lake.`,
      )
    }
    return { ...file, bytes: (await handle.stat()).size, nextOffset: offset + 1 }
  } finally {
    await handle.close()
  }
}

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
