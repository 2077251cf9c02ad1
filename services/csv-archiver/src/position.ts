// Where the archiver goes on: behind the lake's own last row, once the lake has proved to be of this log.
import { type FileSystem, lookUpPartition, makeDurable, readLastRow, sweep } from '@health/lake'
import { checkPosition, type EventLog } from '@health/log'
import type { Logger } from '@health/runtime'

interface LakeOfLog {
  log: EventLog
  topic: string
  lakeDir: string
  files: FileSystem
  logger: Logger
}

/**
 * The offset after the last one in the lake; `null` where the lake has none of the partition. Makes durable what an
 * earlier archiver published, and removes what it left behind. Throws `LogRecreated` when the lake holds other records
 * than the log, `LakeFileDamaged` when its newest file cannot be relied on.
 */
export async function findPosition(lake: LakeOfLog, partition: number): Promise<number | null> {
  const { log, lakeDir, topic, files, logger } = lake
  const { newest, leftovers } = await lookUpPartition(lakeDir, topic, partition)
  let position: number | null = null
  if (newest !== null) {
    const last = await readLastRow(newest)
    position = last.offset + 1
    await checkPosition(log, topic, partition, { position, receivedAt: last.receivedAt })
    await makeDurable(lakeDir, newest, files)
  }
  // They hold nothing but records that come again from the position on.
  if (leftovers.length > 0) logger.info({ leftovers }, 'Removing unpublished files that an archiver left behind.')
  await sweep(leftovers, files)
  return position
}
