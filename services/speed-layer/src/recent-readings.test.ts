// Readings that wait for a commit, against a plain account of what a window holds and of what is live.
import { aReading } from '@health/domain/testing'
import { readingBlockMs, readingWindowMs } from '@health/views'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addPending, createRecentReadings, pendingBlocks, pendingSince, readingsStored } from './recent-readings.ts'

const start = Date.UTC(2026, 10, 24)
const blockOf = (ms: number): number => Math.floor(ms / readingBlockMs)

/** Over three windows, often where a block begins or ends. */
const time = fc
  .tuple(fc.nat((3 * readingWindowMs) / readingBlockMs), fc.oneof(fc.constantFrom(0, -1), fc.nat(readingBlockMs)))
  .map(([block, ms]) => start + block * readingBlockMs + ms)
const value = fc.option(fc.integer({ min: 40, max: 400 }))
const reading = fc.record({
  measuredAt: time,
  receivedAt: time,
  glucoseMgdl: value,
  heartRateBpm: value,
  temperatureC: value,
})

test('the pending readings are found by block inside the window, and by the time they were received, in their order', () => {
  const property = fc.property(fc.array(reading, { maxLength: 80 }), time, (readings, since) => {
    const recent = createRecentReadings(start)
    for (const { receivedAt, ...values } of readings) addPending(recent, aReading(values), receivedAt)

    const newest = Math.max(start, ...readings.map(({ measuredAt }) => measuredAt))
    const inside = readings.filter(({ measuredAt }) => blockOf(measuredAt) >= blockOf(newest - readingWindowMs))
    expect(pendingBlocks(recent)).toEqual(Map.groupBy(inside, ({ measuredAt }) => blockOf(measuredAt)))
    expect(pendingSince(recent, since)).toEqual(readings.filter(({ receivedAt }) => receivedAt > since))

    readingsStored(recent)
    expect(pendingSince(recent, Number.NEGATIVE_INFINITY)).toEqual([])
    expect(recent.storedNewest).toBe(newest)
  })
  fc.assert(property)
})
