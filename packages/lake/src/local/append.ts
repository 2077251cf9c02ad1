// Appends to the lake: a file is written aside, made durable, and published as a whole or not at all.
import { randomUUID } from 'node:crypto'
import { dirname } from 'node:path'
import { ConfigError } from '@health/runtime'
import { formatRows } from '../rows/format-rows.ts'
import { type ArchivedRecord, lakeHeader } from '../rows/row.ts'
import { type FileSystem, fileSystem } from './file-system.ts'
import { dateOf, type LakeFile, lakeFile, leftoverPath, rawFolder } from './partition.ts'

/** A file that no reader sees yet. */
export interface NewLakeFile extends LakeFile {
  rows: number
  /** Its length in bytes. */
  bytes: number
  /** The offset after its last row. */
  nextOffset: number
  /** Writes rows behind those before. The records must have been received on the file's date. */
  append(records: readonly ArchivedRecord[]): Promise<void>
  /**
   * Makes the file durable, then visible under its name. `fenced`: another writer was first, or has swept this file
   * away; what it holds must be dropped and the lake looked up again. Throws a `ConfigError` where the file system knows
   * no hard links.
   */
  publish(): Promise<'published' | 'fenced'>
  /** Removes the file. Never rejects: what cannot be removed is swept away later. */
  discard(): Promise<void>
}

export interface NewLakeFileOptions {
  lakeDir: string
  topic: string
  partition: number
  /** The record that the file begins with; it must be appended first. */
  first: Pick<ArchivedRecord, 'offset' | 'receivedAt'>
  /** Replaced by tests that let it fail. */
  files?: FileSystem
}

/**
 * Begins a file. This and its `append` and `publish` reject with the error of the file system; the file is removed then
 * and must not be used again. If `publish` rejects, the file may have been published all the same: look the lake up.
 */
export async function beginLakeFile(options: NewLakeFileOptions): Promise<NewLakeFile> {
  const { lakeDir, topic, partition, first, files = fileSystem } = options
  const place = lakeFile(lakeDir, { topic, partition, firstOffset: first.offset, date: dateOf(first.receivedAt) })
  const folder = dirname(place.path)
  const temporary = leftoverPath(lakeDir, place, `${process.pid}-${randomUUID().slice(0, 8)}`)
  await makeDateFolder(files, lakeDir, folder)
  const output = await files.createFile(temporary)
  let isOpen = true

  async function write(bytes: Uint8Array): Promise<void> {
    await output.write(bytes)
    file.bytes += bytes.length
  }

  async function orRemoved<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      await file.discard()
      throw error
    }
  }

  const file: NewLakeFile = {
    ...place,
    rows: 0,
    bytes: 0,
    nextOffset: first.offset,

    append: (records) =>
      orRemoved(async () => {
        await write(formatRows(partition, records))
        file.rows += records.length
        file.nextOffset = (records.at(-1)?.offset ?? file.nextOffset - 1) + 1
      }),

    publish: () =>
      orRemoved(async () => {
        await output.sync()
        isOpen = false
        await output.close()
        // Renaming would replace the file of another writer; a link does not.
        const linked = await tryLink(files, temporary, place.path)
        if (!linked) {
          await file.discard()
          return 'fenced'
        }
        await files.unlink(temporary)
        await files.syncFolder(folder)
        return 'published'
      }),

    async discard() {
      if (isOpen) await output.close().catch(() => undefined)
      isOpen = false
      await files.unlink(temporary).catch(() => undefined)
    },
  }

  await orRemoved(() => write(Buffer.from(lakeHeader)))
  return file
}

/**
 * Makes a file and its names durable that an earlier writer published: it may have ended before it did that itself.
 */
export async function makeDurable(lakeDir: string, file: LakeFile, files: FileSystem = fileSystem): Promise<void> {
  for (const folder of [dirname(file.path), rawFolder(lakeDir), lakeDir]) await files.syncFolder(folder)
}

/** Removes what earlier writers of a partition left behind; one that lives after all finds itself fenced. */
export async function sweep(leftovers: readonly string[], files: FileSystem = fileSystem): Promise<void> {
  for (const path of leftovers) {
    await files.unlink(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
    })
  }
}

/** The folders may have been made by a writer that ended at once, so their names are made durable every time. */
async function makeDateFolder(files: FileSystem, lakeDir: string, folder: string): Promise<void> {
  await makeFolders(files, lakeDir)
  for (const path of [rawFolder(lakeDir), folder]) {
    await files.makeFolder(path)
    await files.syncFolder(dirname(path))
  }
}

async function makeFolders(files: FileSystem, path: string): Promise<void> {
  const made = await files.makeFolder(path).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' || dirname(path) === path) throw error
    await makeFolders(files, dirname(path))
    return files.makeFolder(path)
  })
  if (made) await files.syncFolder(dirname(path))
}

/** What Linux, macOS and others answer where a file system has no hard links. */
const noLinks = new Set(['ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EPERM'])

/** False where another writer was first. */
async function tryLink(files: FileSystem, path: string, newPath: string): Promise<boolean> {
  try {
    await files.link(path, newPath)
    return true
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' || code === 'ENOENT') return false
    if (!noLinks.has(code)) throw error
    throw new ConfigError(
      `The lake cannot be kept in ${dirname(newPath)}: its file system makes no hard links (${code}), ` +
        'without which a record could get there twice. Set LAKE_DIR to a folder on a file system that has them.',
      { cause: error },
    )
  }
}
