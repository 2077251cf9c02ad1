// Which layer answers for how many records: the batch view for all below its watermark, the speed layer for those since.
import type { MergeCounts } from '@health/api'
import type { BatchView, PartitionState } from '@health/views'

/** Counted by places in the log, where every record has one. What was deleted before anybody took it counts nowhere. */
export function countMerge(
  states: readonly Pick<PartitionState, 'position' | 'from'>[],
  { version, watermark, completeTo }: Pick<BatchView, 'version' | 'watermark' | 'completeTo'>,
): MergeCounts {
  let batch = 0
  let speed = 0
  for (const [partition, { position, from = 0 }] of states.entries()) {
    const line = watermark.get(partition) ?? 0
    batch += line
    speed += Math.max(0, (position ?? 0) - Math.max(line, from))
  }
  return { batch, speed, complete_to: version === 0 ? null : new Date(completeTo).toISOString() }
}
