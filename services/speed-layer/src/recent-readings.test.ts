// Readings that wait for a commit, against a plain account of what a window holds and of what is news.
import { aReading } from '@health/domain/testing'
import { decodeChange, encodeApplied, readingBlockMs, readingWindowMs } from '@health/views'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createReadingWindow, WaitingReadings } from './recent-readings.ts'

const start = Date.UTC(2026, 10, 24)
const patients = [0, 1, 2]
const blockOf = (ms: number): number => Math.floor(ms / readingBlockMs)

/** Over three windows, often where a block begins or ends. */
const time = fc
  .tuple(fc.nat((3 * readingWindowMs) / readingBlockMs), fc.oneof(fc.constantFrom(0, -1), fc.nat(readingBlockMs)))
  .map(([block, ms]) => start + block * readingBlockMs + ms)
const value = fc.option(fc.integer({ min: 40, max: 400 }))
const reading = fc.record({ patient: fc.constantFrom(...patients), measuredAt: time, receivedAt: time, value })

test('what is inside of a window is found by block, and what is news by patient, each in its order', () => {
  const waiting = new WaitingReadings()
  const property = fc.property(fc.array(reading, { maxLength: 80 }), time, time, (readings, since, now) => {
    waiting.clear()
    for (const { patient, measuredAt, receivedAt, value } of readings)
      waiting.add(patient, aReading({ measuredAt, glucoseMgdl: value, heartRateBpm: 72 }), receivedAt)

    for (const patient of patients) {
      const theirs = readings.filter((each) => each.patient === patient)
      const newest = Math.max(start, ...theirs.map(({ measuredAt }) => measuredAt))
      const inside = theirs.filter(({ measuredAt }) => blockOf(measuredAt) >= blockOf(newest - readingWindowMs))
      const byBlock = Map.groupBy(inside, ({ measuredAt }) => blockOf(measuredAt))
      const found = [...waiting.inside(createReadingWindow(newest), patient)].map(
        ([block, rows]) =>
          [block, rows.map((row) => row.slice(0, 3).map((n) => (Number.isNaN(n) ? null : n)))] as const,
      )
      const expected = [...byBlock].map(
        ([block, rows]) => [block, rows.map((row) => [row.measuredAt, row.receivedAt, row.value])] as const,
      )
      expect(new Map(found)).toEqual(new Map(expected))
    }

    const told = new Map(Array.from(waiting.toldAt(now, since), ([patient, theirs]) => [String(patient), theirs]))
    const change = decodeChange(encodeApplied({ partition: 0, at: now, alerts: [], dropped: [] }, {}, told))
    const news = readings.filter(({ receivedAt }) => receivedAt > since)
    for (const patient of patients) {
      const theirs = change.kind === 'applied' ? change.readings.filter(([id]) => id === String(patient)) : []
      expect(theirs.map(([, each]) => [each.measuredAt, each.receivedAt, each.glucoseMgdl])).toEqual(
        news.filter((each) => each.patient === patient).map((each) => [each.measuredAt, each.receivedAt, each.value]),
      )
    }
  })
  fc.assert(property)
})
