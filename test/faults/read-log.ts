// Reads a whole topic, partition by partition, as a consumer group of its own: what everything else is compared with.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { EventLog, LogRecord } from '@health/log'
import { until } from '../e2e/until.ts'

/** The records of each partition, in offset order. */
export type WholeLog = LogRecord[][]

/** Every record that the topic holds now. */
export async function readWholeLog(log: EventLog, topic: string): Promise<WholeLog> {
  const ranges = await log.ranges(topic)
  const whole: WholeLog = ranges.map(() => [])
  const subscription = await log.subscribe(topic, `fault-test-${randomUUID()}`, {
    startAt: async (partition) => whole[partition]?.length ?? 0,
    onBatch: async ({ partition, records }) => void whole[partition]?.push(...records),
  })
  const missing = () => ranges.reduce((sum, { partition, end }) => sum + end - (whole[partition]?.length ?? 0), 0)
  try {
    // As long as it takes, while it goes on: after hours of a soak there is much to read.
    for (let left = missing(); left > 0; left = missing()) {
      await until(() => assert.ok(missing() < left, `${left} records of ${topic} are not read`))
    }
  } finally {
    await subscription.stop()
  }
  for (const [partition, records] of whole.entries()) {
    records.forEach(({ offset }, i) => {
      assert.equal(offset, i, `the offsets of partition ${partition} have a hole`)
    })
  }
  return whole
}
