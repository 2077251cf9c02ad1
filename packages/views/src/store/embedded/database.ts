// The SQLite file of the embedded views. Commits are not flushed to the disk one by one: a power failure takes the newest
// steps, each whole, and the speed layer does them again from the log.
import { DatabaseSync } from 'node:sqlite'
import { schema } from './operations.ts'

/** Opens the file at `path`, or makes it. A transaction waits up to `busyTimeoutMs` for those of other processes. */
export function openDatabase(path: string, busyTimeoutMs: number): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: busyTimeoutMs })
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
  transact(database, 'BEGIN IMMEDIATE', () => database.exec(schema))
  return database
}

/** Does `work` whole or not at all. Throws its error, or the driver's. */
export function transact<T>(database: DatabaseSync, begin: 'BEGIN' | 'BEGIN IMMEDIATE', work: () => T): T {
  database.exec(begin)
  try {
    const result = work()
    database.exec('COMMIT')
    return result
  } finally {
    if (database.isTransaction) database.exec('ROLLBACK')
  }
}

// https://sqlite.org/rescode.html: busy, locked, out of memory, read only, I/O error, disk full, cannot open, locking.
const outages: ReadonlySet<number> = new Set([5, 6, 7, 8, 10, 13, 14, 15])

/** Whether the driver's error comes from the state of the file or the disk, and not from a wrong statement. */
export const isOutage = (error: unknown): error is Error =>
  error instanceof Error && 'errcode' in error && outages.has(kindOf(Number(error.errcode)))

const kindOf = (code: number): number => code & 0xff
