import { expect, test } from 'vitest'
import { toneOf, trendOf } from './tone.ts'

test.each([
  ['CRITICAL_LOW', ['glucose_very_low', 'heart_rate_very_high'], 'very_low'],
  ['CRITICAL_HIGH', ['heart_rate_very_high'], 'very_high'],
  ['WARNING', ['glucose_low', 'heart_rate_high'], 'low'],
  ['WARNING', ['heart_rate_high'], 'high'],
  ['NORMAL', [], 'normal'],
] as const)('%s with %s has the tone %s', (status, reasons, tone) => {
  expect(toneOf({ status, reasons: [...reasons] })).toBe(tone)
})

test.each([
  [-3.1, 'falling_fast'],
  [-3, 'falling'],
  [-2, 'falling_slowly'],
  [-1, 'steady'],
  [0, 'steady'],
  [1, 'steady'],
  [1.1, 'rising_slowly'],
  [2.1, 'rising'],
  [3.1, 'rising_fast'],
  [null, null],
])('%s mg/dL a minute is %s', (rate, trend) => {
  expect(trendOf(rate)).toBe(trend)
})
