import { defaultRules, levelOf } from '@health/domain'
import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import {
  formatAge,
  formatDelta,
  formatFigure,
  formatGlucoseRate,
  formatLimit,
  formatMs,
  formatPercent,
  formatRate,
  formatValue,
} from './format.ts'
import { beginWith } from './settings.fixture.ts'

afterEach(() => vi.unstubAllGlobals())

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

test('figures have one decimal, limits as many as they were set with, rates a sign', () => {
  expect(formatFigure('glucoseMgdl', 131.25)).toBe('131.3')
  expect(formatFigure('glucoseMgdl', null)).toBe('–')
  expect([70, 69.5].map((limit) => formatLimit('glucoseMgdl', limit))).toEqual(['70', '69.5'])
  expect([1.24, -2, 0.04].map(formatGlucoseRate)).toEqual(['+1.2', '−2.0', '±0'])
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

describe('in mmol/L', () => {
  const mmol = async () => {
    beginWith({ 'glucose-unit': 'mmol/L' })
    return import('./format.ts')
  }

  test.each([
    [39, '2.2'],
    [53, '2.9'],
    [54, '3.0'],
    [70, '3.9'],
    [104.4, '5.8'],
    [180, '10.0'],
    [250, '13.9'],
    [401, '22.3'],
  ])('glucose %d mg/dL is written %s', async (mgdl, text) => {
    const { formatFigure, formatLimit, formatValue } = await mmol()
    expect(formatValue('glucoseMgdl', mgdl, defaultRules)).toBe(text)
    expect(formatFigure('glucoseMgdl', mgdl)).toBe(text)
    expect(formatLimit('glucoseMgdl', mgdl)).toBe(text)
  })

  test('heart rates stay what they are', async () => {
    const { formatFigure, formatLimit, formatValue } = await mmol()
    expect(formatValue('heartRateBpm', 72.4, defaultRules)).toBe('72')
    expect(formatFigure('heartRateBpm', 72.44)).toBe('72.4')
    expect(formatLimit('heartRateBpm', 120)).toBe('120')
  })

  test.each([
    [-3, '−0.2'],
    [18, '+1.0'],
    [0.5, '±0'],
  ])('a change of %d mg/dL is written %s', async (mgdl, text) => {
    expect((await mmol()).formatDelta(mgdl)).toBe(text)
  })

  test('a rate of change keeps the digit that tells slow from fast', async () => {
    const { formatGlucoseRate } = await mmol()
    expect([1, -2, 3, 0].map(formatGlucoseRate)).toEqual(['+0.06', '−0.11', '+0.17', '±0'])
  })
})

describe('in Indonesian', () => {
  const indonesian = async () => {
    beginWith({ language: 'id' })
    return import('./format.ts')
  }

  test('the comma parts decimals, and the point thousands of what is counted only', async () => {
    const format = await indonesian()
    expect(format.formatValue('glucoseMgdl', 53.6, defaultRules)).toBe('53,6')
    expect(format.formatValue('glucoseMgdl', 1000, defaultRules)).toBe('1000')
    expect(format.formatFigure('glucoseMgdl', 131.25)).toBe('131,3')
    expect(format.formatDelta(0.44)).toBe('+0,4')
    expect(format.formatTemperature(36.6)).toBe('36,6')
    expect(format.formatCount(12_345)).toBe('12.345')
    expect(format.formatRate(0.25)).toBe('0,3')
    expect(format.formatMs(1.234)).toBe('1,2\u00a0ms')
  })

  test('times and ages are written as one writes them there', async () => {
    const { formatAge, formatClock, formatTime } = await indonesian()
    const evening = new Date(2026, 7, 17, 19, 5, 9).getTime()
    expect(formatClock(evening)).toBe('19.05.09')
    expect(formatTime(evening, evening + 48 * 3_600_000)).toBe('17 Agu, 19.05')
    expect([5000, 300_000, 3_900_000].map(formatAge)).toEqual(['5 dtk', '5 mnt', '1 jam 5 mnt'])
  })
})
