import { expect, test } from 'vitest'
import { after, aLiveReading, noon } from '../state/sample-rows.ts'
import { longestSpan, pointsOf, rangeAround, roundTimes } from './points.ts'

const points = (...seconds: number[]) => seconds.map((second) => ({ x: second * 1000, y: 100 }))

test('readings without the signal give no point', () => {
  const readings = [aLiveReading(), aLiveReading({ measured_at: after(1), glucose_mgdl: null })]
  expect(pointsOf(readings, 'glucose_mgdl')).toEqual([{ x: noon, y: 104 }])
  expect(pointsOf(readings, 'heart_rate_bpm')).toHaveLength(2)
})

test('one missing value is a gap, an unpunctual one is not', () => {
  const span = longestSpan(points(0, 1, 2.2, 3, 4, 6, 7))
  expect(span).toBeGreaterThan(1200)
  expect(span).toBeLessThan(2000)
})

test('fewer than two points span nothing', () => {
  expect(longestSpan([])).toBe(0)
  expect(longestSpan(points(1))).toBe(0)
})

test('the axis widens in whole steps, and only where it must', () => {
  const standard = { min: 40, max: 280 }
  expect(rangeAround(points(1), standard, 20)).toEqual(standard)
  expect(
    rangeAround(
      [
        { x: 0, y: 25 },
        { x: 1, y: 401 },
      ],
      standard,
      20,
    ),
  ).toEqual({ min: 20, max: 420 })
})

test('times on the axis are round', () => {
  expect(roundTimes(1001, 30_000, 10_000)).toEqual([10_000, 20_000, 30_000])
})
