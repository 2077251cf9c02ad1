// Reads lake files back: all rows, for replay and audit, or only where a file ends.
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { CsvError, type Options, parse } from 'csv-parse'
import { parse as parseSync } from 'csv-parse/sync'
import { type LakeRow, lakeColumns, parseRow } from '../rows/row.ts'
import { dateOf, type LakeFile } from './partition.ts'

/** A file of the lake is not what its name says: cut off, changed or foreign. The message says which, and what to do. */
export class LakeFileDamaged extends Error {
  override name = 'LakeFileDamaged'
}

/** Lines end as they were written, and are judged cell by cell. */
const asWritten: Options = { relax_column_count: true, record_delimiter: '\n' }

/** Every row of a file, in order. Throws `LakeFileDamaged` at the first one that is not as it was written. */
export async function* readLakeFile(file: LakeFile): AsyncGenerator<LakeRow> {
  // The last row ends too: a parser would take a cut one for whole.
  await readLastRow(file)
  const input = createReadStream(file.path)
  const parser = parse(asWritten)
  input.on('error', (error) => parser.destroy(error))
  input.pipe(parser)
  let line = 0
  let previous = -1
  try {
    for await (const cells of parser as AsyncIterable<string[]>) {
      if (++line === 1) {
        checkHeader(file, cells)
        continue
      }
      const row = readRow(file, cells, `row ${line - 1}`)
      checkOrder(file, row, previous, `row ${line - 1}`)
      previous = row.offset
      yield row
    }
  } catch (error) {
    if (error instanceof CsvError) throw damaged(file, error.message, error)
    throw error
  } finally {
    input.destroy()
  }
}

/** The last row of a file; reads no more than its end. Throws `LakeFileDamaged` where there is none, or not all of it. */
export async function readLastRow(file: LakeFile): Promise<LakeRow> {
  return readLine(file, await readLastLine(file), 'its last row')
}

/** The row in a line of a file. Throws `LakeFileDamaged`, which names the row as `which`, where it is not as it was written. */
export function readLine(file: LakeFile, line: Buffer, which: string): LakeRow {
  let rows: string[][]
  try {
    rows = parseSync(line, asWritten)
  } catch (error) {
    throw damaged(file, `${which} is no CSV: ${(error as Error).message}`, error)
  }
  return readRow(file, rows[0] ?? [], which)
}

const firstChunk = 4096
const lineEnd = 0x0a

async function readLastLine(file: LakeFile): Promise<Buffer> {
  const handle = await open(file.path)
  try {
    const { size } = await handle.stat()
    for (let length = firstChunk; ; length *= 16) {
      const start = Math.max(0, size - length)
      const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(size - start), position: start })
      if (bytesRead === 0 || buffer.at(-1) !== lineEnd) throw damaged(file, 'its last row has no end')
      const before = buffer.lastIndexOf(lineEnd, -2)
      if (before >= 0) return buffer.subarray(before + 1)
      if (start === 0) throw damaged(file, 'it holds no row')
    }
  } finally {
    await handle.close()
  }
}

/** Throws `LakeFileDamaged` where a row does not come after the offset `previous`. */
export function checkOrder(file: LakeFile, row: LakeRow, previous: number, which: string): void {
  if (row.offset <= previous) throw damaged(file, `${which} has offset ${row.offset} after ${previous}`)
}

function checkHeader(file: LakeFile, cells: readonly string[]): void {
  if (cells.join() !== lakeColumns.join()) throw damaged(file, `its columns are ${cells.join().slice(0, 200)}`)
}

function readRow(file: LakeFile, cells: readonly string[], which: string): LakeRow {
  const row = parseOrDamaged(file, cells, which)
  if (row.partition !== file.partition || row.offset < file.firstOffset || dateOf(row.receivedAt) !== file.date) {
    const received = new Date(row.receivedAt).toISOString()
    throw damaged(file, `${which} is of partition ${row.partition}, offset ${row.offset}, received ${received}`)
  }
  return row
}

function parseOrDamaged(file: LakeFile, cells: readonly string[], which: string): LakeRow {
  try {
    return parseRow(cells)
  } catch (error) {
    throw damaged(file, `${which} ${(error as Error).message}`, error)
  }
}

export const damaged = (file: LakeFile, what: string, cause?: unknown): LakeFileDamaged =>
  new LakeFileDamaged(
    `The lake file ${file.path} is damaged or was not written by the archiver: ${what}. ` +
      'Put back the original, or move the file out of the lake: the archiver then fetches again what the log still has.',
    { cause },
  )
