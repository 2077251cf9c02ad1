// For tests of the archiver: a folder with an embedded log, views and lake; archivers on it; what the lake then holds.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type FileSystem, fileSystem, listLake, readLakeFile } from '@health/lake'
import { type EventLog, openLog } from '@health/log'
import { createLogger, createMetrics } from '@health/runtime'
import { openViews } from '@health/views'
import { onTestFinished } from 'vitest'
import { archive } from './service.ts'

export const topic = 'health_stream'

const logger = createLogger('silent')

/** A folder that goes when the test ends. */
export async function aFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'archiver-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** The embedded log in `folder`. */
export function openTestLog(folder: string, partitions = 1): Promise<EventLog> {
  const settings = { DATA_DIR: folder, KAFKA_TOPIC: topic, KAFKA_PARTITIONS: partitions, LOG_RETENTION_HOURS: 1 }
  return openLog(settings, { logger, clientId: 'test' })
}

/** The same, as another service has it open; closed when the test ends. */
export async function aLog(folder: string, partitions = 1): Promise<EventLog> {
  const log = await openTestLog(folder, partitions)
  onTestFinished(() => log.close())
  return log
}

export interface TestArchiverOptions {
  partitions?: number
  rollRows?: number
  rollSeconds?: number
  lakeDir?: string
  files?: FileSystem
}

/** An archiver that rolls only when told otherwise, and is stopped when the test ends. */
export async function anArchiver(folder: string, options: TestArchiverOptions = {}) {
  const { partitions = 1, rollRows = 1_000_000, rollSeconds = 3600, lakeDir, files = fileSystem } = options
  const metrics = createMetrics('csv-archiver')
  const views = await openViews({ DATA_DIR: folder }, { logger })
  const settings = {
    DATA_DIR: folder,
    KAFKA_TOPIC: topic,
    ARCHIVE_ROLL_ROWS: rollRows,
    ARCHIVE_ROLL_SECONDS: rollSeconds,
    ...(lakeDir !== undefined && { LAKE_DIR: lakeDir }),
  }
  const context = { logger, metrics, now: Date.now }
  const service = await archive(await openTestLog(folder, partitions), views, settings, context, files)
  let stopping: Promise<void> | undefined
  const stop = () => {
    stopping ??= service.stop()
    return stopping
  }
  onTestFinished(stop)
  return { ...service, stop, metrics: () => metrics.metrics() }
}

/** Appends records of one patient with the numbers `from` up to, not including, `end` as their values. */
export async function append(log: EventLog, from: number, end: number, key = 'p001'): Promise<void> {
  const records = Array.from({ length: end - from }, (_, i) => ({ key, value: Buffer.from(String(from + i)) }))
  await log.append(topic, records)
}

/** The numbers `from` up to, not including, `end` as texts. */
export const numbers = (from: number, end: number): string[] =>
  Array.from({ length: end - from }, (_, i) => String(from + i))

/** What every published file holds, file after file; a partition's records stand in their order. */
export async function filesIn(lakeDir: string): Promise<{ date: string; partition: number; values: string[] }[]> {
  const held: { date: string; partition: number; values: string[] }[] = []
  for (const file of (await listLake(lakeDir)).files) {
    const values: string[] = []
    for await (const { bytes } of readLakeFile(file)) values.push(Buffer.from(bytes).toString())
    held.push({ date: file.date, partition: file.partition, values })
  }
  return held
}

export const valuesIn = async (lakeDir: string): Promise<string[]> =>
  (await filesIn(lakeDir)).flatMap(({ values }) => values)

/** As the file system reports it. */
export const aSystemError = (code: string, syscall: string): NodeJS.ErrnoException =>
  Object.assign(new Error(`${code}: as the test wants it, ${syscall}`), { code, syscall })

/** The real file system, where `before` may throw ahead of a step. */
export function disturbed(before: (step: keyof FileSystem | 'write' | 'sync') => void): FileSystem {
  const at =
    <A extends unknown[], R>(step: keyof FileSystem | 'write' | 'sync', work: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      before(step)
      return work(...args)
    }
  return {
    makeFolder: at('makeFolder', fileSystem.makeFolder),
    createFile: at('createFile', async (path) => {
      const file = await fileSystem.createFile(path)
      return { write: at('write', file.write), sync: at('sync', file.sync), close: file.close }
    }),
    link: at('link', fileSystem.link),
    unlink: at('unlink', fileSystem.unlink),
    syncFolder: at('syncFolder', fileSystem.syncFolder),
  }
}
