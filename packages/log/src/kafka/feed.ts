// Hands a partition's batches from kafkajs' fetch loop, which serves all partitions, over to the partition's own loop.
import type { Batch } from 'kafkajs'
import type { RecordBatch } from '../log.ts'
import type { PartitionSource } from '../shared/consume-partition.ts'
import { untilCalled } from '../shared/waiting.ts'
import { firstOffset, lastOffset, toRecords } from './records.ts'

/** Batches that wait for a busy loop: enough to work on while kafkajs sleeps or fetches for other partitions. */
const maxHeld = 4
/** How long a partition that holds so many holds up the fetch loop, and with it all others, before it is paused. */
const patienceMs = 25

/**
 * Takes the batches that follow each other without a hole, as one: in a backlog whoever consumes has the less to do for
 * each record, the more come together.
 */
function takeTogether(held: Batch[]): RecordBatch | null {
  let last = held.shift()
  if (last === undefined) return null
  const together = [last]
  for (let next = held[0]; next !== undefined && firstOffset(next) === lastOffset(last) + 1; next = held[0]) {
    together.push(next)
    held.shift()
    last = next
  }
  return { partition: last.partition, records: toRecords(together), end: Number(last.highWatermark) }
}

/** The fetching of one partition, as kafkajs allows to steer it. */
export interface Fetching {
  seek(offset: number): void
  pause(): void
  resume(): void
}

export interface PartitionFeed {
  source: PartitionSource
  /** Takes the batch that was fetched next, of at least one message. Resolves when more may be fetched. */
  offer(batch: Batch): Promise<void>
}

interface FeedOptions extends Pick<PartitionSource, 'partition' | 'range'> {
  fetching: Fetching
}

/** Feeds a partition that is paused at first, and whenever its loop falls behind. */
export function createFeed({ fetching, ...about }: FeedOptions): PartitionFeed {
  /** As they were fetched: they become records when they are taken, a few at a time. */
  let held: Batch[] = []
  /** The offset that the first batch held, or the next one to come, was fetched from. */
  let position: number | null = null
  let paused = true
  let arrived = () => {}
  let taken = () => {}

  function resume(): void {
    if (paused) fetching.resume()
    paused = false
    taken()
  }

  return {
    source: {
      ...about,
      async next(from, signal) {
        if (from !== position) {
          held = []
          fetching.seek(from)
          position = from
        }
        if (held.length === 0) {
          resume()
          await untilCalled((call) => {
            arrived = call
          }, signal)
        }
        if (signal.aborted) return null
        const batch = takeTogether(held)
        if (batch === null) return null
        position = (batch.records.at(-1)?.offset ?? from) + 1
        resume()
        return batch
      },
    },
    async offer(batch) {
      held.push(batch)
      arrived()
      if (held.length < maxHeld) return
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, patienceMs)
        taken = () => {
          clearTimeout(timer)
          resolve()
        }
      })
      if (held.length < maxHeld) return
      fetching.pause()
      paused = true
    },
  }
}
