// Fills a topic with a backlog, and knows what must come out of it.
import assert from 'node:assert/strict'
import type { DropReason } from '@health/domain'
import type { NewRecord } from '@health/log'
import { type BenchSystem, partitions } from '../system.ts'
import { createBacklogMessages } from './readings.ts'

export interface Backlog {
  topic: string
  messages: number
  /** The offset after the last record, by partition. */
  ends: readonly number[]
  /** How many messages lose a part or all, by reason. */
  dropped: Readonly<Partial<Record<DropReason, number>>>
}

const atOnce = 20_000

export async function fillBacklog(system: BenchSystem, messages: number, patients: number): Promise<Backlog> {
  const topic = system.newTopic()
  const log = await system.openTopic(topic)
  const next = createBacklogMessages(patients)
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
