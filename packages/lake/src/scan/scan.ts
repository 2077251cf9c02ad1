// Scans the lake: every patient's daily sums up to a watermark, computed from the files as they lie.

import { lookAtFolders } from '../local/folders.ts'
import { readLastRow } from '../local/read-file.ts'
import { daysForm, hasFolders, holdsStill, type LakeBasis, partsWith, sized, withDays, withFolders } from './basis.ts'
import { computeDays } from './compute-days.ts'
import { createRowScanner } from './row-scanner.ts'
import type { LakeDay } from './scan-days.ts'
import {
  checkFiles,
  describeEmpty,
  filesBelow,
  filesSince,
  inParts,
  LakeEmpty,
  listTopic,
  type ScanFile,
} from './scan-files.ts'
import { filesOf, isIn, readTouched } from './touched.ts'

export type { LakeBasis } from './basis.ts'
export type { LakeDay } from './scan-days.ts'
export { LakeEmpty } from './scan-files.ts'

export interface LakeScan {
  /** Every patient's days, duplicates removed, in no order; where a basis was gone on from, the days touched since. */
  days: LakeDay[]
  /** Whether `days` are those touched since the basis only. */
  goesOn: boolean
  /** Records counted, those included whose patient or time cannot be read. */
  records: number
  /** How many of them are new since the basis. */
  newRecords: number
  /** Partition → the offset below which every record is counted. */
  watermark: Map<number, number>
  /**
   * Partition → when the last record below its watermark was received, epoch ms; left out where no file holds it, and, by
   * a scan that goes on, where nothing is new.
   */
  lastReceived: Map<number, number>
  /** Offsets below the watermark that no file holds: the log had deleted them before they were archived. */
  missing: number
  /** What a later scan may go on from. */
  basis: LakeBasis
}

export interface ScanOptions {
  topic: string
  /** Partition → the first offset to leave out; partitions not named are left out wholly. `null`: everything. */
  watermark: ReadonlyMap<number, number> | null
  timeZone: string
  /** What an earlier scan of this lake in this time zone came to: only what changed since is computed. */
  basis?: LakeBasis | null
  /** So much CSV is computed at a time, and known as one part of the lake. */
  portionBytes?: number
  /** The time, epoch ms: folders that changed shortly before are looked into again by a later scan. */
  now?: number
  /** Told after each portion and at least every second or so, and waited for. */
  onProgress?(done: { records: number; share: number }): Promise<void> | void
  /** Stops the scan; it then rejects with the signal's reason. */
  signal?: AbortSignal
}

/**
 * Little enough that a thread with other duties is held up for milliseconds only, and that a day which is touched later
 * has little read again besides its own files.
 */
const defaultPortionBytes = 4 * 1024 * 1024

/**
 * The days of the lake's records below the watermark, judged as the speed layer judges them, but with every duplicate
 * found: of several valid values the first in the log counts. With a basis that still stands, only the days that newer
 * records touch, each computed from every file that holds some of it. Throws `LakeEmpty` where the lake has nothing of
 * the topic, `LakeFileDamaged` where a file that is read, or has changed since, cannot be relied on.
 */
export async function scanLake(lakeDir: string, options: ScanOptions): Promise<LakeScan> {
  const basis = options.basis?.form === daysForm ? options.basis : null
  return (basis && (await goOnFrom(basis, lakeDir, options))) ?? scanAll(lakeDir, options)
}

async function scanAll(lakeDir: string, options: ScanOptions): Promise<LakeScan> {
  const { topic, watermark, portionBytes = defaultPortionBytes, now = Date.now() } = options
  const look = await lookAtFolders(lakeDir, {}, now)
  const listed = await listTopic(lakeDir, topic, look.dates)
  if (listed.length === 0) throw new LakeEmpty(await describeEmpty(lakeDir, topic))
  const files = await checkFiles(filesBelow(listed, watermark))
  const covered = coveredBy(files, watermark)
  const lastReceived = await readLastReceived(files, covered)
  const theirs = { ...options, portionBytes, covered }
  const { days, records, parts } = await computeDays(inParts(files, portionBytes), null, theirs)
  const missing = heldOffsets(files, covered, null) - records
  const folders = withFolders({}, look, listed, files, covered)
  return {
    days,
    goesOn: false,
    records,
    newRecords: records,
    watermark: covered,
    lastReceived,
    missing,
    basis: { form: daysForm, watermark: Object.fromEntries(covered), records, missing, parts, folders },
  }
}

/** `null` where the basis does not stand any more. */
async function goOnFrom(basis: LakeBasis, lakeDir: string, options: ScanOptions): Promise<LakeScan | null> {
  const { topic, watermark, portionBytes = defaultPortionBytes, now = Date.now() } = options
  const look = await lookAtFolders(lakeDir, basis.folders, now)
  if (!hasFolders(basis, look)) return null
  const listed = await listTopic(lakeDir, topic, look.changed.keys())
  const below = sized(filesBelow(listed, watermark))
  if (!holdsStill(basis, look.changed.keys(), below)) return null
  const newest = await checkFiles(filesSince(below, basis.watermark))
  const covered = coveredBy(newest, watermark)
  const lastReceived = await readLastReceived(newest, covered)
  const theirs = { ...options, portionBytes, covered }
  const touched = await readTouched(newest, { ...theirs, basis })
  const parts = partsWith(basis, touched.days)
  const theirDates = [...look.dates].filter((date) => isIn(parts, date))
  const theirFiles = await listTopic(lakeDir, topic, new Set([...look.changed.keys(), ...theirDates]))
  const wanted = await checkFiles(
    touched.days.size === 0 ? [] : filesOf(parts, filesBelow(theirFiles, watermark), newest),
  )
  if (!holdsStill(basis, theirDates, wanted)) return null
  const { days } = await computeDays([wanted], touched.days, theirs)
  const records = basis.records + touched.records
  const missing = basis.missing + heldOffsets(newest, covered, basis) - touched.records
  const known = {
    parts: withDays(basis.parts, touched.byDate),
    folders: withFolders(basis.folders, look, listed, below, covered),
  }
  return {
    days,
    goesOn: true,
    records,
    newRecords: touched.records,
    watermark: covered,
    lastReceived,
    missing,
    basis: { form: daysForm, watermark: Object.fromEntries(covered), records, missing, ...known },
  }
}

/** Partition → when the last record below the watermark was received, where one of the files holds it. */
async function readLastReceived(
  files: readonly ScanFile[],
  watermark: ReadonlyMap<number, number>,
): Promise<Map<number, number>> {
  const scanner = createRowScanner(null)
  const received = new Map<number, number>()
  for (const file of files) {
    const { partition, firstOffset, nextOffset } = file
    const end = watermark.get(partition) ?? 0
    if (end === nextOffset) received.set(partition, (await readLastRow(file)).receivedAt)
    else if (firstOffset < end && end < nextOffset) {
      scanner.scan(file, { from: end - 1, to: end }, ({ receivedAt }) => received.set(partition, receivedAt))
    }
  }
  return received
}

function coveredBy(files: readonly ScanFile[], watermark: ReadonlyMap<number, number> | null): Map<number, number> {
  if (watermark !== null) return new Map(watermark)
  const ends = new Map<number, number>()
  for (const { partition, nextOffset } of files) ends.set(partition, Math.max(nextOffset, ends.get(partition) ?? 0))
  return ends
}

/** How many offsets lie between the first one of each partition's first file, or the basis, and the watermark. */
function heldOffsets(
  files: readonly ScanFile[],
  watermark: ReadonlyMap<number, number>,
  basis: LakeBasis | null,
): number {
  const firsts = new Map<number, number>()
  for (const { partition, firstOffset } of files) {
    firsts.set(partition, Math.min(firstOffset, firsts.get(partition) ?? firstOffset))
  }
  return [...firsts].reduce((sum, [partition, first]) => {
    const from = Math.max(first, basis?.watermark[partition] ?? 0)
    return sum + (watermark.get(partition) ?? from) - from
  }, 0)
}
