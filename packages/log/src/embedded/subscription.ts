// A consumer group's one member on the embedded log: waits for the group's lock, then consumes every partition.
import { setImmediate } from 'node:timers/promises'
import type { Logger } from '@health/runtime'
import type { Consumer, Subscription } from '../log.ts'
import { createCommitter } from '../shared/committer.ts'
import { consumePartition, type PartitionLoop, type PartitionSource } from '../shared/consume-partition.ts'
import { untilCalled } from '../shared/waiting.ts'
import type { Changes } from './changes.ts'
import { takeGroupLock } from './group-lock.ts'
import type { Storage, Topic } from './storage.ts'

const maxBatchRecords = 2000

interface EmbeddedSubscriptionOptions {
  storage: Storage
  changes: Changes
  topic: Topic
  group: string
  /** The file whose lock makes this the group's only member. */
  lockPath: string
  consumer: Consumer
  logger: Logger
}

/** Starts consuming as soon as no other member of the group is left. */
export function subscribeToEmbeddedLog(options: EmbeddedSubscriptionOptions): Subscription {
  const { storage, changes, topic, group, lockPath, consumer, logger } = options
  const { promise: failed, reject: fail } = Promise.withResolvers<never>()
  failed.catch(() => undefined)
  const stopping = new AbortController()
  const committer = createCommitter(async (offsets) => storage.commit(topic, group, offsets))
  let loops: PartitionLoop[] | null = null

  async function run(): Promise<void> {
    const release = await takeGroupLock(lockPath, stopping.signal)
    if (release === null) return
    const partitions = Array.from({ length: topic.partitions }, (_, partition) => partition)
    loops = partitions.map((partition) =>
      consumePartition({ source: createSource(partition), consumer, logger, onFailure: giveUp }),
    )
    await untilCalled(() => undefined, stopping.signal)
    await Promise.all(loops.map((loop) => loop.stop()))
    await consumer.onStopped?.()
    await committer.close()
    release()
  }

  function giveUp(error: unknown): void {
    fail(error)
    stopping.abort()
  }

  function createSource(partition: number): PartitionSource {
    return {
      partition,
      range: async () => storage.range(topic, partition),
      async next(position, signal) {
        // Under backlog nothing here waits; the rest of the process gets its turn all the same.
        await setImmediate()
        while (!signal.aborted) {
          const batch = storage.read(topic, partition, position, maxBatchRecords)
          if (batch !== null) return batch
          await untilCalled(changes.once, signal)
        }
        return null
      },
    }
  }

  changes.watch()
  const running = run().catch(giveUp)
  return {
    commit: committer.commit,
    restart: (partition) => loops?.[partition]?.restart(),
    waitingFor() {
      if (loops === null) return `the other member of group ${group}, which holds ${lockPath}`
      return loops.map((loop) => loop.waitingFor()).find((text) => text !== null) ?? null
    },
    failed,
    async stop() {
      stopping.abort()
      await running
    },
  }
}
