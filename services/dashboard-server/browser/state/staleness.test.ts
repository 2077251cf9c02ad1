import { expect, test } from 'vitest'
import { after, aPatientRow, noon } from './sample-rows.ts'
import { isStale, judged } from './staleness.ts'

test.each([
  [29.999, false],
  [30, false],
  [30.001, true],
])('a value %d s old is stale after 30 s: %s', (seconds, stale) => {
  expect(isStale(after(-seconds), noon, 30)).toBe(stale)
})

test('a patient who ever sent glucose is stale when glucose is, whatever the watch says', () => {
  const row = aPatientRow({}, { glucose_measured_at: after(-60), heart_rate_measured_at: after(0) })
  expect(judged(row, noon, 30).stale).toBe(true)
})

test('a patient without glucose is judged by heart rate', () => {
  const latest = { glucose_mgdl: null, glucose_measured_at: null, heart_rate_measured_at: after(-60) }
  expect(judged(aPatientRow({}, latest), noon, 30).stale).toBe(true)
})

test('a row that stays as it is stays the same object', () => {
  const row = aPatientRow()
  expect(judged(row, noon, 30)).toBe(row)
})
