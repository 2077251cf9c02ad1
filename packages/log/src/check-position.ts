// Whether a position still means what it meant: offsets start again when a topic is made anew.
import { type EventLog, LogRecreated } from './log.ts'

/** A position a consumer keeps, with the `received_at` (epoch ms) of the record before it; 0 where none was taken yet. */
export interface KeptPosition {
  position: number
  receivedAt: number
}

/**
 * Throws `LogRecreated` when the log ends before `position`, or when the record before it is not the one that was taken.
 * A record that retention has deleted proves nothing and is no fault.
 */
export async function checkPosition(
  log: EventLog,
  topic: string,
  partition: number,
  { position, receivedAt }: KeptPosition,
): Promise<void> {
  const range = (await log.ranges(topic)).find((held) => held.partition === partition)
  if (range === undefined) return
  if (position > range.end) {
    throw new LogRecreated(
      `Partition ${partition} of ${topic} ends at offset ${range.end}, but ${position} records of it were taken: the log was made anew or lost records.`,
    )
  }
  const last = position - 1
  if (receivedAt === 0 || last < range.low) return
  const [record] = await log.read(topic, partition, last, 1)
  if (record?.offset !== last || record.receivedAt === receivedAt) return
  throw new LogRecreated(
    `Offset ${last} of partition ${partition} of ${topic} was received ${timeOf(record.receivedAt)}, but the record taken there ${timeOf(receivedAt)}: the log was made anew.`,
  )
}

const timeOf = (ms: number): string => new Date(ms).toISOString()
