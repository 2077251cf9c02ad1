// The full speed layer drains a backlog: how fast, and what it costs it and Redis.
import assert from 'node:assert/strict'
import { readPartitions } from '@health/views'
import type { Backlog } from '../data/backlog.ts'
import { sum } from '../statistics.ts'
import type { BenchSystem } from '../system.ts'
import { reach, secondsSince, whileRunning } from './follow.ts'
import { redisUsage, startSpeedLayers, usageOf } from './speed-layers.ts'
import type { Figures } from './work.ts'

/**
 * From the start of one or more instances until the last position is in the views. What is steady is counted from the
 * first batch on, or from when all have joined the group.
 */
export async function drain(system: BenchSystem, backlog: Backlog, instances = 1): Promise<Figures> {
  const { topic, messages, ends } = backlog
  const partitions = ends.length
  const positions = async () =>
    sum((await readPartitions(system.views, partitions)).map(({ position }) => position ?? 0))
  const redisBefore = await redisUsage(system)
  const begun = performance.now()
  const services = startSpeedLayers(system, topic, { partitions, instances })
  return whileRunning(services, async () => {
    const [first, ...others] = services
    assert(first !== undefined)
    let applied = await reach(first, 1, 5, positions)
    const firstSeconds = secondsSince(begun)
    if (others.length > 0) {
      await Promise.all(services.map((service) => service.ready()))
      applied = await positions()
    }
    // A small backlog may be gone by then.
    const left = messages - applied || Number.NaN
    const steadyBegun = performance.now()
    const joined = usageOf(services)
    const redisJoined = await redisUsage(system)
    await reach(first, messages, 20, positions)
    const seconds = secondsSince(begun)
    const steadySeconds = secondsSince(steadyBegun)
    const { cpuSeconds, peakBytes } = usageOf(services)
    const redis = await redisUsage(system)
    await assertCounted(system, backlog)
    return {
      firstSeconds,
      seconds,
      perSecond: messages / seconds,
      steadyPerSecond: left / steadySeconds,
      cpuSecondsPerMessage: cpuSeconds / messages,
      steadyCpuSecondsPerMessage: (cpuSeconds - joined.cpuSeconds) / left,
      redisCpuSecondsPerMessage: (redis.cpuSeconds - redisJoined.cpuSeconds) / left,
      redisBytes: redis.bytes - redisBefore.bytes,
      peakBytes,
    }
  })
}

async function assertCounted({ views }: BenchSystem, { messages, dropped, ends }: Backlog): Promise<void> {
  const counts = (await readPartitions(views, ends.length)).map((partition) => partition.counts)
  assert.equal(sum(counts.map(({ records }) => records)), messages, 'records that the views count')
  for (const [reason, n] of Object.entries(dropped)) {
    assert.equal(sum(counts.map((count) => count.dropped[reason] ?? 0)), n, `records dropped as ${reason}`)
  }
}
