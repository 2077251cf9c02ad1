import { defaultRules, levelOf } from '@health/domain'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatAge, formatDelta, formatMs, formatPercent, formatRate, formatValue } from './format.ts'

test.each([
  [104.4, '104'],
  [53.6, '53.6'],
  [53.97, '53.97'],
  [54, '54'],
  [69.7, '69.7'],
  [180.4, '180.4'],
  [250.01, '250.01'],
])('glucose %d is written %s', (value, text) => {
  expect(formatValue('glucoseMgdl', value, defaultRules)).toBe(text)
})

test('a written value never stands on the other side of a threshold', () => {
  const signals = fc.constantFrom('glucoseMgdl', 'heartRateBpm')
  fc.assert(
    fc.property(signals, fc.double({ min: 20, max: 400, noNaN: true }), (signal, value) => {
      const written = Number(formatValue(signal, value, defaultRules))
      expect(levelOf(written, defaultRules[signal])).toBe(levelOf(value, defaultRules[signal]))
      expect(Math.abs(written - value)).toBeLessThanOrEqual(0.5)
    }),
  )
})

test.each([
  [-5000, '0 s'],
  [59_999, '59 s'],
  [60_000, '1 min'],
  [3_599_999, '59 min'],
  [3_600_000, '1 h'],
  [3_900_000, '1 h 5 min'],
  [47 * 3_600_000, '47 h'],
  [48 * 3_600_000, '2 d'],
])('%d ms are an age of %s', (ms, text) => {
  expect(formatAge(ms)).toBe(text)
})

test.each([
  [-3, '−3'],
  [2.4, '+2'],
  [0.44, '+0.4'],
  [0, '±0'],
  [-0.04, '±0'],
])('a change of %d is written %s', (delta, text) => {
  expect(formatDelta(delta)).toBe(text)
})

test.each([
  [0, '0'],
  [0.3, '<1'],
  [70.6, '71'],
  [99.6, '>99'],
  [100, '100'],
])('%d percent is written %s', (percent, text) => {
  expect(formatPercent(percent)).toBe(text)
})

test('rates and latencies have a decimal only where it matters', () => {
  expect([0, 5, 0.25, 12.6, 12_345].map(formatRate)).toEqual(['0', '5', '0.3', '13', '12,345'])
  expect([1.234, 43.4].map(formatMs)).toEqual(['1.2\u00a0ms', '43\u00a0ms'])
})
