// The partitions that a member of a consumer group has now: one loop for each, started and ended with the assignment.
import type { Logger } from '@health/runtime'
import type { Consumer } from '../log.ts'
import { consumePartition, type PartitionLoop, type PartitionSource } from '../shared/consume-partition.ts'

export interface Assignment {
  /** Starts a loop for each source, in the place of those before. */
  assign(sources: readonly PartitionSource[]): void
  /** Takes all partitions away; their batches under way are finished. */
  revoke(): void
  has(partition: number): boolean
  restart(partition: number): void
  waitingFor(): string | null
  /** Ends all loops after the batches under way. */
  stop(): Promise<void>
}

interface AssignmentOptions {
  consumer: Consumer
  logger: Logger
  /** Called when a loop cannot go on. */
  onFailure(error: unknown): void
}

export function createAssignment({ consumer, logger, onFailure }: AssignmentOptions): Assignment {
  const loops = new Map<number, PartitionLoop>()
  /** When the last loop of a partition that was taken away has ended; the next one waits for that. */
  const endings = new Map<number, Promise<void>>()
  let stopped = false

  function revoke(): void {
    for (const [partition, loop] of loops) endings.set(partition, loop.revoke())
    loops.clear()
  }

  return {
    assign(sources) {
      revoke()
      if (stopped) return
      for (const source of sources) {
        const after = endings.get(source.partition)
        loops.set(source.partition, consumePartition({ source, consumer, logger, after, onFailure }))
      }
    },
    revoke,
    has: (partition) => loops.has(partition),
    restart: (partition) => loops.get(partition)?.restart(),
    waitingFor: () => [...loops.values()].map((loop) => loop.waitingFor()).find((text) => text !== null) ?? null,
    async stop() {
      stopped = true
      await Promise.all([...endings.values(), ...[...loops.values()].map((loop) => loop.stop())])
    },
  }
}
