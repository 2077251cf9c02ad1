// Fills a topic with a backlog, and knows what must come out of it.
import assert from 'node:assert/strict'
import type { DropReason } from '@health/domain'
import type { NewRecord } from '@health/log'
import { type BenchSystem, partitions as standard } from '../system.ts'
import { type BenchMessage, createBacklogMessages } from './readings.ts'

export interface Backlog {
  topic: string
  messages: number
  /** The offset after the last record, by partition. */
  ends: readonly number[]
  /** How many messages lose a part or all, by reason. */
  dropped: Readonly<Partial<Record<DropReason, number>>>
}

const atOnce = 20_000

export interface BacklogSize {
  messages: number
  patients: number
  partitions?: number
}

/** A backlog of random readings. */
export const fillBacklog = (system: BenchSystem, { messages, patients, partitions }: BacklogSize): Promise<Backlog> =>
  fillWith(system, createBacklogMessages(patients), messages, partitions)

/** A backlog of the messages that `next` gives. */
export async function fillWith(
  system: BenchSystem,
  next: () => BenchMessage,
  messages: number,
  partitions = standard,
): Promise<Backlog> {
  const topic = system.newTopic()
  const log = await system.openTopic(topic, partitions)
  const dropped: Partial<Record<DropReason, number>> = {}
  for (let sent = 0; sent < messages; sent += atOnce) {
    const records = Array.from({ length: Math.min(atOnce, messages - sent) }, (): NewRecord => {
      const message = next()
      if (message.dropped !== null) dropped[message.dropped] = (dropped[message.dropped] ?? 0) + 1
      return { key: message.patientId, value: Buffer.from(message.json) }
    })
    await log.append(topic, records)
  }
  const ranges = await log.ranges(topic)
  const ends = ranges.map(({ end }) => end)
  assert.equal(ends.length, partitions)
  assert.equal(
    ends.reduce((sum, end) => sum + end, 0),
    messages,
    'what the log holds of the backlog',
  )
  return { topic, messages, ends, dropped }
}
