import type { LiveReading, MinuteRow } from '@health/api'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { liveSpan, openingSpan, shortestHistory, withReadings } from './history.ts'
import { after, aLiveReading, noon } from './sample-rows.ts'

const spread = (count: number) => ({ min: 100, avg: 100, max: 100, count })
const aMinute = (minute: number, glucose: number | null, heartRate: number | null = null): MinuteRow => ({
  measured_at: after(minute * 60),
  glucose_mgdl: glucose === null ? null : spread(glucose),
  heart_rate_bpm: heartRate === null ? null : spread(heartRate),
})
const at = (second: number, reading: Partial<LiveReading> = {}) =>
  aLiveReading({ measured_at: after(second), received_at: after(second), ...reading })

describe('what a patient is opened on', () => {
  const justNow = noon + 10_000
  test.each([
    ['every second', [aMinute(-3, 40), aMinute(-2, 60), aMinute(-1, 60), aMinute(0, 10)], liveSpan],
    ['every 20 s', [aMinute(-3, 1), aMinute(-2, 3), aMinute(-1, 3)], liveSpan],
    ['every 30 s', [aMinute(-3, 2), aMinute(-2, 2), aMinute(-1, 2)], shortestHistory],
    ['every five minutes', [aMinute(-11, 1), aMinute(-6, 1), aMinute(-1, 1)], shortestHistory],
    ['every second until it fell silent', [aMinute(-60, 40), aMinute(-59, 60), aMinute(-58, 60)], liveSpan],
    ['for the first time just now', [aMinute(0, 2)], liveSpan],
    ['for the first time at the end of the last minute', [aMinute(-1, 1), aMinute(0, 2)], liveSpan],
    ['once, minutes ago', [aMinute(-4, 1)], shortestHistory],
    ['not in these hours', [], shortestHistory],
    [
      'glucose rarely, heart rate every second',
      [aMinute(-6, 1, 60), aMinute(-2, null, 60), aMinute(-1, 1, 60)],
      shortestHistory,
    ],
    ['heart rate alone, every second', [aMinute(-2, null, 60), aMinute(-1, null, 60)], liveSpan],
  ])('measured %s', (_pace, minutes, span) => {
    expect(openingSpan(minutes, justNow)).toBe(span)
  })
})

describe('minutes kept current by readings', () => {
  const reading = fc
    .record({ second: fc.integer({ min: 0, max: 59 }), glucose: fc.option(fc.integer({ min: 40, max: 400 })) })
    .map(({ second, glucose }) => at(second, { glucose_mgdl: glucose }))

  test('a reading extends the minute under way, and a new one begins with the next', () => {
    const held = withReadings([aMinute(-1, 60)], [at(1, { glucose_mgdl: 90, heart_rate_bpm: null })])
    const minutes = withReadings(held, [
      at(1, { glucose_mgdl: 90, heart_rate_bpm: null }),
      at(2, { glucose_mgdl: 110, heart_rate_bpm: 70 }),
      at(60, { glucose_mgdl: null, heart_rate_bpm: 71 }),
    ])
    expect(minutes).toEqual([
      aMinute(-1, 60),
      {
        measured_at: after(0),
        glucose_mgdl: { min: 90, avg: 100, max: 110, count: 2 },
        heart_rate_bpm: { min: 70, avg: 70, max: 70, count: 1 },
      },
      { measured_at: after(60), glucose_mgdl: null, heart_rate_bpm: { min: 71, avg: 71, max: 71, count: 1 } },
    ])
  })

  test('of a minute that the window has only in part, what was read stands', () => {
    const held = [aMinute(-1, 60, 60), aMinute(0, 1, 1)]
    expect(withReadings(held, [at(-2), at(-1), at(0)])).toBe(held)
  })

  test('a minute that was not read yet, between others, finds its place', () => {
    const held = [aMinute(-2, 60), aMinute(0, 9)]
    const times = withReadings(held, [at(-60)]).map(({ measured_at }) => measured_at)
    expect(times).toEqual([after(-120), after(-60), after(0)])
  })

  test('taking readings again, alone or with others, changes nothing', () => {
    fc.assert(
      fc.property(fc.array(reading, { maxLength: 40 }), fc.nat(40), (readings, cut) => {
        const once = withReadings([], readings)
        const before = withReadings([], readings.slice(0, cut))
        expect(withReadings(once, readings)).toBe(once)
        expect(withReadings(before, readings)).toEqual(once)
      }),
    )
  })
})
