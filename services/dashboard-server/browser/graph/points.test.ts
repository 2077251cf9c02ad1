import { expect, test } from 'vitest'
import { liveSpan, shortestHistory } from '../state/history.ts'
import { after, aLiveReading, noon } from '../state/sample-rows.ts'
import { longestBridge, pointsOf, rangeAround, stretchesOf } from './points.ts'

const aPoint = (x: number, y: number) => ({ x, y, min: y, max: y })
const points = (...seconds: number[]) => seconds.map((second) => aPoint(second * 1000, 100))
const minutes = (...at: number[]) => points(...at.map((minute) => minute * 60))

test('readings without the signal give no point', () => {
  const readings = [aLiveReading(), aLiveReading({ measured_at: after(1), glucose_mgdl: null })]
  expect(pointsOf(readings, 'glucose_mgdl')).toEqual([aPoint(noon, 104)])
  expect(pointsOf(readings, 'heart_rate_bpm')).toHaveLength(2)
})

test('a minute is a point at its average that knows how far its values went', () => {
  const minute = {
    measured_at: after(0),
    glucose_mgdl: { min: 90, avg: 100, max: 120, count: 60 },
    heart_rate_bpm: null,
  }
  expect(pointsOf([minute], 'glucose_mgdl')).toEqual([{ x: noon, y: 100, min: 90, max: 120 }])
  expect(pointsOf([minute], 'heart_rate_bpm')).toEqual([])
})

test('in the live graph one missing value is a gap, an unpunctual one is not', () => {
  const bridge = longestBridge(points(0, 1, 2.2, 3, 4, 6, 7), liveSpan)
  expect(bridge).toBeGreaterThan(1200)
  expect(bridge).toBeLessThan(2000)
})

test.each([
  ['of a patient of every second, two minutes are', minutes(0, 1, 2, 3, 4, 5), 2.5],
  ['of a sensor of every five minutes, twice and a half of that is', minutes(0, 5, 10, 15, 20), 12.5],
  ['of a patient with one value, two minutes are', minutes(0), 2],
])('in hours the longest interval that is no gap: %s', (_of, measured, bridge) => {
  expect(longestBridge(measured, shortestHistory)).toBe(bridge * 60_000)
})

test('fewer than two readings bridge nothing', () => {
  expect(longestBridge([], liveSpan)).toBe(0)
  expect(longestBridge(points(1), liveSpan)).toBe(0)
})

test('the line is in as many stretches as gaps leave it', () => {
  const [a, b, c, d] = minutes(0, 5, 25, 30)
  expect(stretchesOf(minutes(0, 5, 25, 30), 12.5 * 60_000)).toEqual([
    [a, b],
    [c, d],
  ])
  expect(stretchesOf(minutes(0, 12.5), 12.5 * 60_000)).toHaveLength(1)
  expect(stretchesOf([], 1)).toEqual([])
})

test('the axis widens in whole steps, only where it must, and holds the whole band', () => {
  const standard = { min: 40, max: 280 }
  expect(rangeAround(points(1), standard, 20)).toEqual(standard)
  expect(rangeAround([{ x: 0, y: 100, min: 25, max: 401 }], standard, 20)).toEqual({ min: 20, max: 420 })
})
