import { expect, test } from 'vitest'
import { countFitting } from './fitting.ts'

const midnight = Date.UTC(2026, 10, 25)
const received = (...times: number[]) => times.map((receivedAt) => ({ receivedAt }))
const file = (rows: number) => ({ date: '2026-11-24', rows })

test.each([
  ['all of the day', received(midnight - 86_400_000, midnight - 1), 0, 10, 2],
  ['up to midnight', received(midnight - 1, midnight, midnight - 1), 0, 10, 1],
  ['none of another day', received(midnight - 86_400_001), 0, 10, 0],
  ['up to the most rows', received(midnight - 3, midnight - 2, midnight - 1), 8, 10, 2],
  ['none into a full file', received(midnight - 1), 10, 10, 0],
])('%s', (_, records, rows, maxRows, fitting) => {
  expect(countFitting(records, file(rows), maxRows)).toBe(fitting)
})
