// For tests of the lake: a folder of its own, records, and a file system that ends or fails at a chosen step.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatReading } from '@health/domain'
import { onTestFinished } from 'vitest'
import { type FileSystem, fileSystem } from './local/file-system.ts'
import { type LakeFile, listLake } from './local/partition.ts'
import { readLakeFile } from './local/read-file.ts'
import type { ArchivedRecord, LakeRow } from './rows/row.ts'

/** A folder that goes when the test ends. */
export async function aFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lake-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

export const noon = Date.UTC(2026, 10, 24, 12)

/** A record whose value is a reading in canonical form, and the given fields in place of its own. */
export function aRecord(fields: Partial<ArchivedRecord> = {}): ArchivedRecord {
  const offset = fields.offset ?? 0
  const reading = { patientId: 'p001', sensorId: null, measuredAt: noon + offset, heartRateBpm: 72, temperatureC: null }
  const value = Buffer.from(formatReading({ ...reading, glucoseMgdl: 100 + (offset % 50) }))
  return { offset, key: Buffer.from('p001'), value, receivedAt: noon + offset, ...fields }
}

/** Records with the offsets `from` up to, not including, `end`. */
export const someRecords = (from: number, end: number): ArchivedRecord[] =>
  Array.from({ length: end - from }, (_, i) => aRecord({ offset: from + i }))

/** All rows of a file. */
export async function rowsOf(file: LakeFile): Promise<LakeRow[]> {
  const rows: LakeRow[] = []
  for await (const row of readLakeFile(file)) rows.push(row)
  return rows
}

/** Offsets that the lake holds of a topic and partition, file after file. */
export async function offsetsIn(lakeDir: string, topic: string, partition: number): Promise<number[]> {
  const offsets: number[] = []
  for (const file of (await listLake(lakeDir)).files) {
    if (file.topic !== topic || file.partition !== partition) continue
    for (const { offset } of await rowsOf(file)) offsets.push(offset)
  }
  return offsets
}

export type Step = keyof FileSystem | 'write' | 'sync' | 'close'

/** The real file system, where `before` may throw ahead of each step, the first one being number 1. */
export function interrupted(before: (number: number, step: Step) => void): FileSystem {
  let number = 0
  const at =
    <A extends unknown[], R>(step: Step, work: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      before(++number, step)
      return work(...args)
    }
  return {
    makeFolder: at('makeFolder', fileSystem.makeFolder),
    createFile: at('createFile', async (path) => {
      const file = await fileSystem.createFile(path)
      // A process that ends has its files closed for it.
      const close = async () => {
        await file.close()
        await at('close', async () => undefined)()
      }
      return { write: at('write', file.write), sync: at('sync', file.sync), close }
    }),
    link: at('link', fileSystem.link),
    unlink: at('unlink', fileSystem.unlink),
    syncFolder: at('syncFolder', fileSystem.syncFolder),
  }
}

/** As the file system reports it. */
export const aSystemError = (code: string, syscall: string): NodeJS.ErrnoException =>
  Object.assign(new Error(`${code}: as the test wants it, ${syscall}`), { code, syscall })
