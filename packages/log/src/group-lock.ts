// One member per consumer group: a lock between processes that dies with the one that holds it.
import { DatabaseSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'

const tryEveryMs = 100
const busy = 5

/**
 * Waits until this caller alone holds the lock file, then returns what releases it; `null` when `signal` aborts first.
 * The lock is SQLite's own on an empty database: the operating system drops it when the process ends, however it ends.
 */
export async function takeGroupLock(path: string, signal: AbortSignal): Promise<(() => void) | null> {
  const db = new DatabaseSync(path, { timeout: 0 })
  while (!signal.aborted) {
    if (tryLock(db)) return () => db.close()
    await setTimeout(tryEveryMs, undefined, { signal, ref: false }).catch(() => undefined)
  }
  db.close()
  return null
}

function tryLock(db: DatabaseSync): boolean {
  try {
    db.exec('BEGIN EXCLUSIVE')
    return true
  } catch (error) {
    if ((error as { errcode?: number }).errcode === busy) return false
    throw error
  }
}
