// A lock between processes that dies with the one that holds it, however it ends: SQLite's own, on an empty database.
import { DatabaseSync } from 'node:sqlite'

const busy = 5

/** Takes the lock file for as long as the answer, which releases it, is kept. `null` when it is held already. */
export function tryProcessLock(path: string): (() => void) | null {
  const db = new DatabaseSync(path, { timeout: 0 })
  try {
    db.exec('BEGIN EXCLUSIVE')
    return () => db.close()
  } catch (error) {
    db.close()
    if ((error as { errcode?: number }).errcode === busy) return null
    throw error
  }
}
