// A small lake for tests: records as the archiver would have written them.
import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { dateOf, lakeFile } from './partition.ts'
import { type ArchivedRecord, formatRows, lakeHeader } from './row.ts'

export const topic = 'health_stream'

/** Writes records of one partition, in offset order, in files of up to `rows` rows and one date each. */
export function writeLake(lakeDir: string, partition: number, records: readonly ArchivedRecord[], rows = 1000): void {
  let path = ''
  let date = ''
  let left = 0
  for (const record of records) {
    if (left === 0 || dateOf(record.receivedAt) !== date) {
      date = dateOf(record.receivedAt)
      path = lakeFile(lakeDir, { topic, partition, firstOffset: record.offset, date }).path
      left = rows
    }
    mkdirSync(dirname(path), { recursive: true })
    if (!existsSync(path)) writeFileSync(path, lakeHeader)
    appendFileSync(path, formatRows(partition, [record]))
    left--
  }
}
