// The views on Redis. Keys begin with `health:`; a step is one Lua script; changes are a stream that watchers follow.

import { type ViewStore, ViewsUnavailable, type Watch } from '../store.ts'
import { type OutageLog, openReadConnection, openStepConnection } from './connection.ts'
import { encodeStep, runClear, runStep, scanKeys } from './script.ts'
import { followChanges, newestChange } from './watch.ts'

/** The views on the Redis at `url`. Resolves even when it is away, and connects for as long as it takes. */
export async function openRedisViews(url: string, { logger }: { logger: OutageLog }): Promise<ViewStore> {
  const connection = await openStepConnection(url, logger)
  const watches = new Set<Watch>()
  let closed = false

  return {
    async step(guards, operations) {
      const step = encodeStep(guards, operations)
      return connection.ask((redis) => runStep(redis, step))
    },

    async watch(onChange, onGap) {
      const start = await connection.ask(newestChange).catch(nullInAnOutage)
      if (closed) throw new ViewsUnavailable('The views are closed')
      const watch = followChanges(openReadConnection(url), start, { onChange, onGap })
      watches.add(watch)
      return watch
    },

    keys: (prefix) => connection.ask((redis) => scanKeys(redis, prefix)),

    async clear() {
      await connection.ask(runClear)
    },

    waitingFor: connection.waitingFor,

    async close() {
      closed = true
      await Promise.all([...watches].map((watch) => watch.stop()))
      await connection.close()
    },
  }
}

function nullInAnOutage(error: unknown): null {
  if (error instanceof ViewsUnavailable) return null
  throw error
}
