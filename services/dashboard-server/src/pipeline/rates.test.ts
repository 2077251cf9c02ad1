import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createBacklogAge, createRate, createStandstill } from './rates.ts'

describe('the rate', () => {
  test('is that of the last ten seconds', () => {
    const rate = createRate()
    let total = 1_000_000
    let last = rate(0, total)
    expect(last).toBe(0)
    for (let second = 1; second <= 60; second++) {
      total += second <= 30 ? 100 : 5
      last = rate(second * 1000, total)
      if (second === 30) expect(last).toBe(100)
    }
    expect(last).toBe(5)
  })

  test('begins afresh when the log was made anew', () => {
    const rate = createRate()
    rate(0, 5_000)
    rate(1_000, 5_100)
    expect(rate(2_000, 10)).toBe(0)
    expect(rate(3_000, 20)).toBe(10)
  })

  test('does not take what it first hears of for traffic', () => {
    const rate = createRate()
    expect(rate(0, null)).toBe(0)
    expect(rate(1_000, 1_000_000)).toBe(0)
    expect(rate(2_000, 1_000_005)).toBe(5)
    expect(rate(3_000, null)).toBe(0)
    expect(rate(60_000, 1_001_000)).toBe(0)
    expect(rate(61_000, 1_001_004)).toBe(4)
  })

  test('of steady traffic is that traffic, however often it is looked at', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 1 }), (pauses) => {
        const rate = createRate()
        rate(0, 0)
        let now = 0
        for (const pause of pauses) {
          now += pause
          expect(rate(now, now * 3)).toBeCloseTo(3_000, 6)
        }
      }),
    )
  })
})

describe('the age of what waits', () => {
  const progress = (end: number, position: number, receivedAt = 0) => ({ end, position, receivedAt })

  test('counts from when the log was first seen beyond it', () => {
    const age = createBacklogAge()
    expect(age(0, progress(10, 10))).toBe(0)
    expect(age(1_000, progress(15, 10))).toBe(0)
    expect(age(2_000, progress(20, 10))).toBe(1_000)
    expect(age(3_000, progress(20, 15))).toBe(1_000)
    expect(age(4_000, progress(20, 20))).toBe(0)
  })

  test('of an old backlog is that of the newest record taken', () => {
    expect(createBacklogAge()(60_000, progress(100, 40, 20_000))).toBe(40_000)
  })

  test('is nothing for a log that was merely quiet for an hour', () => {
    const age = createBacklogAge()
    age(0, progress(10, 10, 1))
    expect(age(3_600_000, progress(11, 10, 1))).toBe(0)
  })

  test('stays true through a backlog of hours, in bounded memory', () => {
    const age = createBacklogAge()
    let last = 0
    for (let second = 0; second < 10_000; second++) last = age(second * 1000, progress(second, Math.floor(second / 2)))
    expect(last / 1000).toBeGreaterThan(4_950)
    expect(last / 1000).toBeLessThan(5_050)
  })
})

test('a standstill is that records of a partition wait and it does not move, whatever the others do', () => {
  const standstill = createStandstill()
  const at = (now: number, position: number, end: number, other: number) =>
    standstill(now, [
      { position, end },
      { position: other, end: other + 1 },
    ])
  expect(at(0, 5, 8, 0)).toBe(0)
  expect(at(4_000, 5, 8, 1)).toBe(4_000)
  expect(at(5_000, 6, 8, 2)).toBe(0)
  expect(at(60_000, 6, 6, 3)).toBe(0)
  expect(at(61_000, 6, 7, 4)).toBe(1_000)
})
