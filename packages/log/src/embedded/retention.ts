// Retention of the embedded log: records go when they are old, those of the readings not before they are archived.
import { setImmediate } from 'node:timers/promises'
import type { Storage, Topic } from './storage.ts'

/** The group whose commits say what is archived. */
const archiverGroup = 'csv-archiver'
/** Deleted at a time, so that appends come in between. */
const stepRecords = 10_000

interface PruneOptions {
  storage: Storage
  topic: Topic
  /** Records received before this time, epoch ms, go. */
  before: number
  /** `unarchived` spares what the archiver has not committed yet. */
  keep: 'unarchived' | 'nothing'
  /** Ends it early. */
  signal: AbortSignal
}

/** Deletes the old records of a topic. Their offsets are never used again. */
export async function pruneTopic({ storage, topic, before, keep, signal }: PruneOptions): Promise<void> {
  const archived = storage.committed(topic, archiverGroup)
  for (const { partition, low, end } of storage.ranges(topic)) {
    const limit = keep === 'nothing' ? end : Math.min(end, archived.get(partition) ?? low)
    const target = firstReceivedSince(storage, topic, partition, { low, limit, before })
    for (let next = low; next < target && !signal.aborted; await setImmediate()) {
      next = Math.min(next + stepRecords, target)
      storage.prune(topic, partition, next)
    }
  }
}

/** The first offset from `low` on received at `before` or later, at most `limit`. Times rise with offsets. */
function firstReceivedSince(
  storage: Storage,
  topic: Topic,
  partition: number,
  { low, limit, before }: { low: number; limit: number; before: number },
): number {
  while (low < limit) {
    const middle = Math.floor((low + limit) / 2)
    if ((storage.receivedAt(topic, partition, middle) ?? 0) < before) low = middle + 1
    else limit = middle
  }
  return low
}
