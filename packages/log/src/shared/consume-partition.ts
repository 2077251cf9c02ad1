// One assigned partition: finds the start, delivers batch after batch, and delivers again what was not taken.
import type { Logger } from '@health/runtime'
import { type Consumer, LogRecreated, type RecordBatch, TopicMismatch } from '../log.ts'
import { pauseAfter } from './waiting.ts'

/** Where a partition's records come from. */
export interface PartitionSource {
  partition: number
  /** The offsets held now. */
  range(): Promise<{ low: number; end: number }>
  /**
   * Waits for records at `position` and takes them. They begin elsewhere when `position` is not held any more, or when
   * no record has that offset. `null` once `signal` aborts.
   */
  next(position: number, signal: AbortSignal): Promise<RecordBatch | null>
}

export interface PartitionLoop {
  /** Asks for the start again, after the batch under way. */
  restart(): void
  /** What keeps failing, in words for an operator; else `null`. */
  waitingFor(): string | null
  /** Ends after the batch under way, without telling the consumer. */
  stop(): Promise<void>
  /** Ends after the batch under way and tells the consumer that the partition is gone. */
  revoke(): Promise<void>
}

/** The first failures pass by themselves, as on a topic that was made a moment ago. */
const toldFailures = 3

interface LoopOptions {
  source: PartitionSource
  consumer: Consumer
  logger: Logger
  /** The partition's previous loop: batches of one partition come one at a time. */
  after?: Promise<void> | undefined
  /** Called when the loop cannot go on. */
  onFailure(error: unknown): void
}

/** Starts consuming a partition. */
export function consumePartition({ source, consumer, logger, after, onFailure }: LoopOptions): PartitionLoop {
  const { partition } = source
  let interruption = new AbortController()
  let ending: 'stop' | 'revoke' | null = null
  let trouble: string | null = null

  async function run(): Promise<void> {
    await after
    while (ending === null) {
      interruption = new AbortController()
      await consumeUntil(interruption.signal)
    }
    if (ending === 'revoke') await consumer.onRevoked?.(partition)
  }

  async function consumeUntil(signal: AbortSignal): Promise<void> {
    let position = await untilDone(() => findStart(source, consumer), signal)
    let verified: number | null = null
    while (position !== null && !signal.aborted) {
      const at: number = position
      const batch = await untilDone(() => source.next(at, signal), signal)
      if (batch === null) return
      const first = batch.records[0]?.offset ?? at
      if (first < at) throw new LogRecreated(`Partition ${partition} went back from offset ${at} to ${first}: ${why}`)
      // Where the range holds the position, a second look tells a hole in the offsets from records gone astray.
      if (first === at || (first > at && verified === at)) {
        position = await untilDone(() => deliver(batch, consumer), signal)
      } else {
        position = verified = await untilDone(() => findPlace(at, source, consumer), signal)
      }
    }
  }

  /** What `work` comes to, tried until it does not fail; `null` when `signal` aborts before that. */
  async function untilDone<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T | null> {
    for (let failures = 1; !signal.aborted; failures++) {
      try {
        const result = await work()
        trouble = null
        return result
      } catch (error) {
        if (error instanceof LogRecreated || error instanceof TopicMismatch) throw error
        const message = error instanceof Error ? error.message : String(error)
        if (failures === toldFailures)
          logger.warn({ err: error, partition }, 'A partition cannot go on; it tries again')
        trouble = `partition ${partition}, which tries again: ${message}`
        await pauseAfter(failures, signal)
      }
    }
    return null
  }

  const running = run().catch(onFailure)
  const end = (how: 'stop' | 'revoke') => {
    ending ??= how
    interruption.abort()
    return running
  }
  return {
    restart: () => interruption.abort(),
    waitingFor: () => trouble,
    stop: () => end('stop'),
    revoke: () => end('revoke'),
  }
}

const why = 'the log was made anew or lost records.'

async function findStart(source: PartitionSource, consumer: Consumer): Promise<number> {
  const start = await consumer.startAt(source.partition)
  return start === null ? (await source.range()).low : findPlace(start, source, consumer)
}

/** `position` if the log holds it; the oldest record where it is gone. */
async function findPlace(position: number, source: PartitionSource, consumer: Consumer): Promise<number> {
  const { partition } = source
  const { low, end } = await source.range()
  if (position > end) {
    throw new LogRecreated(`Partition ${partition} ends at offset ${end}, but the position is ${position}: ${why}`)
  }
  if (position >= low) return position
  await consumer.onGap?.({ partition, position, low })
  return low
}

async function deliver(batch: RecordBatch, consumer: Consumer): Promise<number> {
  await consumer.onBatch(batch)
  const last = batch.records.at(-1)
  return last === undefined ? 0 : last.offset + 1
}
