import { parseReading, validateReading } from '@health/domain'
import { expect, test } from 'vitest'
import { createBacklogMessages, createLiveReadings } from './readings.ts'

test('a backlog is the same in every run', () => {
  const [one, other] = [createBacklogMessages(1000), createBacklogMessages(1000)]
  for (let i = 0; i < 1000; i++) expect(one()).toEqual(other())
})

test('of a backlog exactly that is dropped which the benchmark counts on', () => {
  const next = createBacklogMessages(1000)
  const dropped: Record<string, number> = {}
  for (let i = 0; i < 50_000; i++) {
    const message = next()
    const verdict = validateReading(
      parseReading(Buffer.from(message.json), Buffer.from(message.patientId)),
      Date.UTC(2026, 5, 1),
    )
    expect(verdict.dropped).toEqual(message.dropped === null ? [] : [message.dropped])
    for (const reason of verdict.dropped) dropped[reason] = (dropped[reason] ?? 0) + 1
  }
  expect((dropped['implausible_glucose'] ?? 0) / 500).toBeCloseTo(1, 0)
  expect((dropped['implausible_heart_rate'] ?? 0) / 250).toBeCloseTo(1, 0)
  expect((dropped['invalid_json'] ?? 0) / 50).toBeCloseTo(1, 0)
})

test('live readings are whole, and no patient has two at a time', () => {
  const next = createLiveReadings(3)
  const readings = Array.from({ length: 6 }, (_, i) => next(Date.UTC(2026, 5, 1) + Math.floor(i / 3)))
  const verdicts = readings.map(({ json, patientId }) =>
    validateReading(parseReading(Buffer.from(json), Buffer.from(patientId)), Date.UTC(2026, 5, 1)),
  )
  expect(verdicts.map(({ kind, dropped }) => [kind, dropped])).toEqual(Array(6).fill(['valid', []]))
  expect(new Set(readings.map(({ patientId }, i) => `${patientId} ${Math.floor(i / 3)}`)).size).toBe(6)
})
