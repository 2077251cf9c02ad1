import { expect, test } from 'vitest'
import { roundTimes, stepFor } from './times.ts'

const minute = 60_000
const hour = 60 * minute

test('times on the axis are round', () => {
  expect(roundTimes(1001, 30_000, 10_000, 0)).toEqual([10_000, 20_000, 30_000])
})

test('hours are round on the clock that people have, not in Greenwich', () => {
  expect(roundTimes(0, 8 * hour, 3 * hour, 7 * hour)).toEqual([2 * hour, 5 * hour, 8 * hour])
  expect(roundTimes(0, hour, hour, -3.5 * hour)).toEqual([0.5 * hour])
})

test.each([
  ['a minute', minute, 10_000],
  ['three hours', 3 * hour, 20 * minute],
  ['a day', 24 * hour, 3 * hour],
])('%s has at most nine of them', (_name, width, step) => {
  expect(stepFor(width, 9)).toBe(step)
})

test('however little room there is, a step is found', () => {
  expect(stepFor(24 * hour, 1)).toBeGreaterThan(0)
})
