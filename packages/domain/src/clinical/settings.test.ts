import { expect, test } from 'vitest'
import { z } from 'zod'
import { defaultRules } from './rules.ts'
import { clinicalSettings } from './settings.ts'

const settings = z.object(clinicalSettings)

test('without settings the thresholds are those of the guidelines', () => {
  expect(settings.parse({})).toEqual({
    GLUCOSE_THRESHOLDS: defaultRules.glucoseMgdl,
    HEART_RATE_THRESHOLDS: defaultRules.heartRateBpm,
  })
})

test('four rising numbers replace them', () => {
  const { GLUCOSE_THRESHOLDS } = settings.parse({ GLUCOSE_THRESHOLDS: '55, 75.5,160,240' })
  expect(GLUCOSE_THRESHOLDS).toEqual({ veryLow: 55, low: 75.5, high: 160, veryHigh: 240, inclusive: false })
})

test.each(['', '54,70,180', '54,70,180,250,300', '54,54,180,250', '70,54,180,250', '54,,180,250', 'a,b,c,d'])(
  'glucose thresholds of %j are refused',
  (text) => {
    expect(settings.safeParse({ GLUCOSE_THRESHOLDS: text }).error?.issues[0]?.message).toContain('four rising numbers')
  },
)

test.each([
  ['GLUCOSE_THRESHOLDS', '20,70,180,250'],
  ['GLUCOSE_THRESHOLDS', '54,70,180,1000'],
  ['HEART_RATE_THRESHOLDS', '30,50,111,131'],
  ['HEART_RATE_THRESHOLDS', '40,50,111,250'],
  ['HEART_RATE_THRESHOLDS', '40,50,111,Infinity'],
])('%s=%s reaches the end of what is plausible, and is refused', (name, text) => {
  expect(settings.safeParse({ [name]: text }).success).toBe(false)
})
