// Follows the stream of changes on Redis, across outages, trimming and flushes.
import { setTimeout as pause } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { deliver, type KeptChange, type Watcher } from '../deliver.ts'
import type { Watch } from '../store.ts'
import { isOutage } from './connection.ts'
import { changesStream } from './script.ts'

/** How long a read waits for changes, until the stream is checked: less than it takes to call a connection dead. */
const blockMs = 2_000
const batchSize = 100
const retryMs = 500

/** The id of the newest entry. Where there is no stream, one is begun with a mark, so that a flush is always noticed. */
export async function newestChange(redis: Redis): Promise<string> {
  const [newest] = await redis.xrevrange(changesStream, '+', '-', 'COUNT', 1)
  return newest?.[0] ?? ((await redis.xadd(changesStream, '*', 'emptied', '1')) as string)
}

/**
 * Tells `watcher` what comes after the entry `start`; `null` means that Redis could not be asked for it, and makes a gap
 * once it can. `redis` serves this watch alone, and is closed with it.
 */
export function followChanges(redis: Redis, start: string | null, watcher: Watcher): Watch {
  let stopped = false
  const follow = async () => {
    for (let last = start; ; ) {
      const kept = await readOn(redis, last).catch(noneInAnOutage)
      if (stopped) return
      if (kept === null) {
        await pause(retryMs)
        continue
      }
      deliver(last === null ? 0 : numberOf(last), kept, watcher)
      last = kept.at(-1)?.id ?? last
    }
  }
  // A bug ends the process: nobody handles it.
  void follow()
  return {
    async stop() {
      // The read under way may never end: during an outage the driver forgets it.
      stopped = true
      redis.disconnect()
    },
  }
}

/** What follows the entry `last`, if anything; a mark at the newest entry where the stream does not go on from there. */
async function readOn(redis: Redis, last: string | null): Promise<KeptChange[]> {
  const kept = last === null ? null : await readAfter(redis, last)
  return kept ?? [keptChange([await newestChange(redis), []])]
}

async function readAfter(redis: Redis, last: string): Promise<KeptChange[] | null> {
  const read = await redis.xread('COUNT', batchSize, 'BLOCK', blockMs, 'STREAMS', changesStream, last)
  if (read !== null) return (read[0]?.[1] ?? []).map(keptChange)
  const [newest] = await redis.xrevrange(changesStream, '+', '-', 'COUNT', 1)
  return newest === undefined || isBefore(newest[0], last) ? null : []
}

function noneInAnOutage(error: unknown): null {
  if (isOutage(error)) return null
  throw error
}

/** An entry of the stream: the change it holds, or a mark. Its id is a time and a number, see step.lua. */
const keptChange = ([id, [field, value]]: [id: string, fields: string[]]): KeptChange => ({
  id,
  number: numberOf(id),
  change: field === 'change' && value !== undefined ? value : null,
})

const timeOf = (id: string): number => Number(id.split('-')[0])
const numberOf = (id: string): number => Number(id.split('-')[1])

const isBefore = (id: string, other: string): boolean =>
  timeOf(id) < timeOf(other) || (timeOf(id) === timeOf(other) && numberOf(id) < numberOf(other))
