// The views embedded in SQLite, for one machine; several processes may open the same file.
import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { checkOperation, isRead } from '../operations.ts'
import { type ViewStore, ViewsUnavailable, type Watch } from '../store.ts'
import { isOutage, openDatabase, transact } from './database.ts'
import { prepareOperations } from './operations.ts'
import { followChanges, wakeWatchers } from './watch.ts'

/**
 * The views in `folder`/views.db; both are made where they are missing. Throws when that is not possible. A step waits up
 * to `busyTimeoutMs` for other processes to end theirs; it holds this process up, but theirs take milliseconds.
 */
export function openEmbeddedViews(folder: string, busyTimeoutMs = 5_000): ViewStore {
  mkdirSync(folder, { recursive: true })
  const path = resolve(folder, 'views.db')
  const database = openDatabase(path, busyTimeoutMs)
  const operation = prepareOperations(database)
  const keys = database.prepare(
    'SELECT key FROM hash WHERE key >= :prefix UNION SELECT key FROM list WHERE key >= :prefix',
  )
  const watches = new Set<Watch>()
  let problem: string | null = null

  /** Throws `ViewsUnavailable` when the file cannot be used just now. */
  const attempt = <T>(work: () => T): T => {
    if (!database.isOpen) throw new ViewsUnavailable(`The views in ${path} are closed`)
    try {
      const result = work()
      problem = null
      return result
    } catch (error) {
      if (!isOutage(error)) throw error
      problem = `the views in ${path}: ${error.message}`
      throw new ViewsUnavailable(problem, { cause: error })
    }
  }

  return {
    async step(guards, operations) {
      const all = [...operations]
      for (const one of all) checkOperation(one)
      const begin = all.every(isRead) ? 'BEGIN' : 'BEGIN IMMEDIATE'
      const replies = attempt(() =>
        transact(database, begin, () => (guards.every(operation.holds) ? all.map(operation.run) : null)),
      )
      if (replies !== null && all.some(({ op }) => op === 'tell')) wakeWatchers(path)
      return replies
    },

    async watch(onChange, onGap) {
      const watch = attempt(() => followChanges(database, path, { onChange, onGap }))
      watches.add(watch)
      return watch
    },

    async keys(prefix) {
      const found = attempt(() => keys.all({ prefix }))
      return found.map(({ key }) => key as string).filter((key) => key.startsWith(prefix))
    },

    async clear() {
      attempt(() => transact(database, 'BEGIN IMMEDIATE', operation.clear))
      wakeWatchers(path)
    },

    waitingFor: () => problem,

    async close() {
      for (const watch of watches) await watch.stop()
      if (database.isOpen) database.close()
    },
  }
}
