// Follows the table of changes: woken by steps of the same process, polling for those of others.
import { EventEmitter } from 'node:events'
import type { DatabaseSync } from 'node:sqlite'
import { deliver, type KeptChange, type Watcher } from '../deliver.ts'
import type { Watch } from '../store.ts'
import { isOutage } from './database.ts'

const pollMs = 50
const batchSize = 100

/** The event of each file is named by its path. */
const told = new EventEmitter().setMaxListeners(0)

/** Wakes the watchers of a file in this process. */
export const wakeWatchers = (path: string): void => {
  told.emit(path)
}

/** Tells `watcher` what is told from now on. An outage is waited for. */
export function followChanges(database: DatabaseSync, path: string, watcher: Watcher): Watch {
  const after = database.prepare(`SELECT id, change FROM change WHERE id > ? ORDER BY id LIMIT ${batchSize}`)
  let last = Number(database.prepare('SELECT max(id) AS id FROM change').get()?.['id'] ?? 0)
  let due: NodeJS.Immediate | undefined
  let stopped = false

  const readAfter = (id: number): KeptChange[] => {
    try {
      return after.all(id).map(keptChange)
    } catch (error) {
      if (!isOutage(error)) throw error
      return []
    }
  }
  const look = () => {
    // The database may be closed as soon as the watch is stopped, and a statement of a closed one throws.
    if (stopped) return
    const kept = readAfter(last)
    const before = last
    last = kept.at(-1)?.number ?? last
    if (kept.length === batchSize) lookSoon()
    deliver(before, kept, watcher)
  }
  // Not at once: a watcher is called between steps, never inside of one.
  const lookSoon = () => {
    due ??= setImmediate(() => {
      due = undefined
      look()
    })
  }

  told.on(path, lookSoon)
  const poll = setInterval(look, pollMs).unref()
  return {
    async stop() {
      stopped = true
      told.off(path, lookSoon)
      clearInterval(poll)
      clearImmediate(due)
    },
  }
}

const keptChange = ({ id, change }: Record<string, unknown>): KeptChange => ({
  id: String(id),
  number: id as number,
  change: change as string | null,
})
