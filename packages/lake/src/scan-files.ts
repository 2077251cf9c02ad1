// Which files a scan reads: all that hold offsets below the watermark, each checked at both ends, in portions.
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
 * The files of `topic` that hold offsets below `watermark` (`null`: all of them), by date, partition and offset. Throws
 * `LakeEmpty`, and `LakeFileDamaged` for what was cut off, is not the lake's, or holds what another file holds too.
 */
export async function filesToScan(
  lakeDir: string,
  topic: string,
  watermark: ReadonlyMap<number, number> | null,
): Promise<ScanFile[]> {
  const { files, foreign } = await listLake(lakeDir)
  const [stranger] = foreign
  if (stranger !== undefined) {
    throw new LakeFileDamaged(`${stranger} was not written by the archiver. Move it out of the lake, then run again.`)
  }
  const ofTopic = files.filter((file) => file.topic === topic)
  if (ofTopic.length === 0) throw new LakeEmpty(describeEmpty(lakeDir, topic, files))
  const isWanted = ({ partition, firstOffset }: LakeFile) =>
    watermark === null || firstOffset < (watermark.get(partition) ?? 0)
  const checked = await checkFiles(ofTopic.filter(isWanted))
  checked.forEach(refuseOverlap)
  return checked.sort(byDatePartitionOffset)
}

/** The files in portions of about `bytes`, in their order: what is computed at a time. */
export function inPortions(files: readonly ScanFile[], bytes: number): ScanFile[][] {
  const portions: ScanFile[][] = []
  let left = 0
  for (const file of files) {
    if (left <= 0) {
      portions.push([])
      left = bytes
    }
    portions.at(-1)?.push(file)
    left -= file.bytes
  }
  return portions
}

function describeEmpty(lakeDir: string, topic: string, files: readonly LakeFile[]): string {
  const others = [...new Set(files.map((file) => file.topic))]
  if (others.length === 0) return `There are no records in ${rawFolder(lakeDir)} yet.`
  return `${rawFolder(lakeDir)} holds records of ${others.join(', ')}, none of ${topic}.`
}

async function checkFiles(files: readonly LakeFile[]): Promise<ScanFile[]> {
  const checked: ScanFile[] = []
  for (let i = 0; i < files.length; i += checksAtOnce) {
    checked.push(...(await Promise.all(files.slice(i, i + checksAtOnce).map(checkFile))))
  }
  return checked
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
