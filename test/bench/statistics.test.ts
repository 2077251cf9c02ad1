// Medians, ratios and percentiles, at the edges where a round has no figure.
import { describe, expect, test } from 'vitest'
import { percentile, ratiosOf, spreadOf } from './statistics.ts'

test.each([
  [[3], { median: 3, min: 3, max: 3, rounds: 1 }],
  [[4, 1], { median: 2.5, min: 1, max: 4, rounds: 2 }],
  [[5, 1, 100], { median: 5, min: 1, max: 100, rounds: 3 }],
  [[Number.NaN, 2], { median: 2, min: 2, max: 2, rounds: 1 }],
  [[Number.NaN], null],
  [[], null],
])('the spread of %j', (values, spread) => {
  expect(spreadOf(values)).toEqual(spread)
})

test('ratios are taken round by round, and a round that lacks one of the two has none', () => {
  expect(ratiosOf([10, 20, Number.NaN, 40], [5, 5, 5])).toEqual([2, 4, Number.NaN, Number.NaN])
})

describe('percentiles', () => {
  const hundred = Array.from({ length: 100 }, (_, i) => i + 1)
  test.each([
    [50, 50],
    [99, 99],
    [99.9, 100],
  ])('p%d of 1 to 100 is %d', (percent, value) => {
    expect(percentile(hundred, percent)).toBe(value)
  })

  test('no values have no percentile', () => {
    expect(percentile([], 50)).toBeNaN()
  })
})
