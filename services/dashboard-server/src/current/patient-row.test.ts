import { defaultRules } from '@health/domain'
import type { PatientState } from '@health/views'
import { expect, test } from 'vitest'
import { patientRow } from './patient-row.ts'

const noon = Date.UTC(2026, 10, 24, 12)
const minutes = (n: number) => noon + n * 60_000
const rules = { clinical: defaultRules, staleSeconds: 900 }
const latest = (value: number, measuredAt = noon) => ({ value, measuredAt })
const aState = (state: Partial<PatientState> = {}): PatientState => ({
  latest: { glucoseMgdl: latest(100), heartRateBpm: latest(70), temperatureC: null },
  previousGlucose: null,
  trend: [],
  status: 'NORMAL',
  since: noon,
  ...state,
})

test.each([
  [900_000, false],
  [900_001, true],
])('glucose %i ms old is stale after 15 min: %s, whatever the watch says', (age, stale) => {
  const state = aState({
    latest: { glucoseMgdl: latest(100), heartRateBpm: latest(70, noon + age), temperatureC: null },
  })
  expect(patientRow('p001', [state], rules, noon + age).stale).toBe(stale)
})

test('a patient without glucose is judged by heart rate', () => {
  const state = aState({ latest: { glucoseMgdl: null, heartRateBpm: latest(70), temperatureC: null } })
  expect(patientRow('p001', [state], rules, minutes(14)).stale).toBe(false)
  expect(patientRow('p001', [state], rules, minutes(16)).stale).toBe(true)
})

test('an old low glucose is never hidden by a newer pulse', () => {
  const state = aState({
    latest: { glucoseMgdl: latest(45), heartRateBpm: latest(70, minutes(60)), temperatureC: null },
    status: 'CRITICAL_LOW',
  })
  expect(patientRow('p001', [state], rules, minutes(60))).toMatchObject({
    status: 'CRITICAL_LOW',
    stale: true,
    reasons: ['glucose_very_low'],
    latest: { measured_at: new Date(minutes(60)).toISOString() },
  })
})

test('the rate is told over minutes, not over the noise of seconds', () => {
  const rate = (from: number) =>
    patientRow('p001', [aState({ trend: [latest(115, from)] })], rules, noon).latest.glucose_rate
  expect(rate(minutes(-5))).toBe(-3)
  expect(rate(minutes(-1))).toBeNull()
})

test('a fall behind a rise that no blood glucose has is not told as either', () => {
  const trend = [latest(110, minutes(-9)), latest(240, minutes(-5)), latest(130, minutes(-2))]
  expect(patientRow('p001', [aState({ trend })], rules, noon).latest.glucose_rate).toBeNull()
})

test('a rate that no blood glucose has is not told', () => {
  const state = aState({ trend: [latest(300, minutes(-5))] })
  expect(patientRow('p001', [state], rules, noon).latest.glucose_rate).toBeNull()
})

test('the change is told against the value before', () => {
  const { latest: values } = patientRow('p001', [aState({ previousGlucose: latest(103, minutes(-5)) })], rules, noon)
  expect(values.glucose_delta).toBe(-3)
})

test('of a patient spread over partitions the newest value of each signal counts', () => {
  const early = aState({
    latest: { glucoseMgdl: latest(260, minutes(-9)), heartRateBpm: latest(135), temperatureC: null },
    status: 'CRITICAL_HIGH',
    since: minutes(-20),
  })
  const late = aState({
    latest: { glucoseMgdl: latest(100, minutes(-1)), heartRateBpm: null, temperatureC: null },
    previousGlucose: latest(90, minutes(-6)),
  })
  expect(patientRow('p001', [early, late], rules, noon)).toMatchObject({
    status: 'CRITICAL_HIGH',
    reasons: ['heart_rate_very_high'],
    since: new Date(minutes(-20)).toISOString(),
    latest: { glucose_mgdl: 100, glucose_delta: 10, heart_rate_bpm: 135 },
  })
})
