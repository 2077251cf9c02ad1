import { defaultRules } from '@health/domain'
import { expect, test } from 'vitest'
import { lowWithFastPulse } from './low-with-fast-pulse.ts'
import { after, aPatientRow, noon } from './sample-rows.ts'

const settings = { rules: defaultRules, stale_seconds: 30 }
const both = (glucose_mgdl: number | null, heart_rate_bpm: number | null) =>
  aPatientRow({}, { glucose_mgdl, heart_rate_bpm })

test.each([
  [69.9, 111, true],
  [70, 111, false],
  [69.9, 110.9, false],
  [45, 150, true],
  [260, 150, false],
  [null, 150, false],
  [45, null, false],
])('glucose %s with a pulse of %s is low with fast pulse: %s', (glucose, pulse, called) => {
  expect(lowWithFastPulse(both(glucose, pulse), settings, noon) !== null).toBe(called)
})

test('the limits are those in force', () => {
  const rules = { ...defaultRules, heartRateBpm: { ...defaultRules.heartRateBpm, high: 100 } }
  expect(lowWithFastPulse(both(60, 105), { ...settings, rules }, noon)).toEqual({ glucoseMgdl: 60, heartRateBpm: 105 })
})

test.each(['glucose_measured_at', 'heart_rate_measured_at'] as const)('an old %s says nothing about now', (signal) => {
  const row = aPatientRow({}, { glucose_mgdl: 60, heart_rate_bpm: 120, [signal]: after(-31) })
  expect(lowWithFastPulse(row, settings, noon)).toBeNull()
})
