// Tells which folders of the lake may hold something else than an earlier scan found there. A lake of ten years has ten
// thousands of files, and each takes some microseconds to list and look at; of a folder that is as it was, none is.
import { statSync } from 'node:fs'
import { sep } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { refuseForeign } from '../scan/scan-files.ts'
import { dateFolderName, type LakeFile, listDates, rawFolder } from './partition.ts'

/** What a scan notes of a date's folder. */
export interface FolderNote {
  /** Another one as soon as a file has come, gone or got another name; empty where that might go unseen. */
  stamp: string
  /** The topic's files below the watermark, and how long they are together. */
  files: number
  bytes: number
}

export type FolderNotes = Readonly<Record<string, FolderNote>>

export interface FolderLook {
  /** Every date that has a folder, in ascending order. */
  dates: ReadonlySet<string>
  /** Date → stamp: the folders that are not as noted. */
  changed: ReadonlyMap<string, string>
}

/**
 * A folder that changed later than this before the look is not taken for settled: of two changes within one tick of the
 * file system's clock (2 s on the coarsest) the second leaves no trace, and a file server's clock may be minutes ahead
 * or behind.
 */
const settledMs = 1000

/**
 * Compares the date folders with what `notes` has of them; `now` is the time, epoch ms. The stamp is the folder's inode and
 * its ctime. Unlike the mtime, nobody can set the ctime: so a backup that was put back with the old times shows, as does a
 * folder that took another one's place. What does not show is a file that was written to in place, as no archiver does:
 * that needs a scan without notes, or one that reads the file. Where inodes or ctimes change by themselves, as after a
 * `chown` of the lake or on some network file systems, folders are listed once too often. A clock that was set back makes
 * a folder look unsettled until it has caught up. Throws `LakeFileDamaged` for what lies beside the folders and is not the
 * lake's.
 */
export async function lookAtFolders(lakeDir: string, notes: FolderNotes, now: number): Promise<FolderLook> {
  const { dates, foreign } = await listDates(lakeDir)
  refuseForeign(foreign)
  // Joined once: for each of them it takes as long as the look itself.
  const beginning = rawFolder(lakeDir) + sep
  const changed = new Map<string, string>()
  for (const [i, date] of dates.entries()) {
    if (i % looksAtOnce === 0) await setImmediate()
    const stamp = readStamp(beginning + dateFolderName(date), now)
    if (stamp === '' || stamp !== notes[date]?.stamp) changed.set(date, stamp)
  }
  return { dates: new Set(dates), changed }
}

/** So many folders are looked at in one go: waiting for each takes three times as long, all at once holds up the process. */
const looksAtOnce = 1000

function readStamp(folder: string, now: number): string {
  const { ino, ctimeMs } = statSync(folder)
  return now - ctimeMs < settledMs ? '' : `${ino} ${ctimeMs}`
}

/** A file and its length. */
export type SizedFile = LakeFile & { bytes: number }

/** How many files each date has, and how long they are together. */
export function measureDates(files: readonly SizedFile[]): Map<string, Omit<FolderNote, 'stamp'>> {
  const measures = new Map<string, Omit<FolderNote, 'stamp'>>()
  for (const { date, bytes } of files) {
    const measure = measures.get(date) ?? { files: 0, bytes: 0 }
    measures.set(date, measure)
    measure.files += 1
    measure.bytes += bytes
  }
  return measures
}
