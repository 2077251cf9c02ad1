import { expect, test } from 'vitest'
import { aReading } from '../testing/builders.ts'
import { parseReadingText } from './parse.ts'
import type { Reading } from './reading.ts'
import { validateReading } from './validate.ts'

const receivedAt = aReading().measuredAt
const judge = (reading: Reading, at = receivedAt) => validateReading({ kind: 'accepted', reading }, at)
const only = (signal: Partial<Reading>) => aReading({ glucoseMgdl: null, heartRateBpm: null, ...signal })

test.each([
  ['implausible_glucose', 'glucoseMgdl', 20, 1000, 0.001],
  ['implausible_heart_rate', 'heartRateBpm', 30, 250, 1],
  ['implausible_temperature', 'temperatureC', 30, 45, 0.1],
] as const)('%s: outside of the plausible range, whose ends belong to it', (reason, signal, min, max, step) => {
  for (const value of [min, min + step, max - step, max]) {
    const reading = only({ [signal]: value })
    expect(judge(reading)).toEqual({ kind: 'valid', reading, dropped: [] })
  }
  for (const value of [min - step, max + step, 0, -0, -5, Number.MAX_VALUE]) {
    const { patientId, measuredAt } = aReading()
    expect(judge(only({ [signal]: value }))).toEqual({ kind: 'invalid', dropped: [reason], patientId, measuredAt })
  }
})

test('an impossible heart rate does not take a good glucose value with it', () => {
  const verdict = judge(aReading({ heartRateBpm: -5 }))
  expect(verdict).toEqual({
    kind: 'valid',
    reading: aReading({ heartRateBpm: null }),
    dropped: ['implausible_heart_rate'],
  })
})

test('each dropped signal has its reason, and the reading judged stays as it was', () => {
  const reading = aReading({ glucoseMgdl: 19, heartRateBpm: 251, temperatureC: 36.6 })
  const before = { ...reading }
  expect(judge(reading)).toMatchObject({
    kind: 'valid',
    reading: { glucoseMgdl: null, heartRateBpm: null, temperatureC: 36.6 },
    dropped: ['implausible_glucose', 'implausible_heart_rate'],
  })
  expect(reading).toEqual(before)
})

test('a reading without a plausible value is invalid, and still has its patient and its day', () => {
  const reading = aReading({ glucoseMgdl: 1001, heartRateBpm: 29 })
  expect(judge(reading)).toEqual({
    kind: 'invalid',
    dropped: ['implausible_glucose', 'implausible_heart_rate'],
    patientId: reading.patientId,
    measuredAt: reading.measuredAt,
  })
})

test.each([
  [-1, 'valid', []],
  [0, 'valid', []],
  [1, 'invalid', ['measured_in_future']],
])('five minutes and %i ms ahead of its arrival is %s', (extra, kind, dropped) => {
  expect(judge(aReading({ measuredAt: receivedAt + 5 * 60_000 + extra }))).toMatchObject({ kind, dropped })
})

test.each([
  ['1999-12-31T23:59:59.999Z', 'invalid', ['measured_before_2000']],
  ['2000-01-01T00:00:00.000Z', 'valid', []],
  ['2000-01-01T00:00:00.001Z', 'valid', []],
])('measured at %s is %s, however late it comes', (time, kind, dropped) => {
  expect(judge(aReading({ measuredAt: Date.parse(time) }))).toMatchObject({ kind, dropped })
})

test('it is judged by its arrival, not by any clock: the same record is judged alike for ever', () => {
  const reading = aReading({ measuredAt: Date.UTC(2090, 0, 1) })
  expect(judge(reading, Date.UTC(2090, 0, 1)).kind).toBe('valid')
  expect(judge(reading).kind).toBe('invalid')
})

test('what is no reading keeps the reason of the parser', () => {
  const parsed = parseReadingText('{"patient_id":"p001","measured_at":1700000000,"glucose_mgdl":"5"}', null)
  expect(validateReading(parsed, receivedAt)).toEqual({
    kind: 'invalid',
    dropped: ['not_a_reading'],
    patientId: 'p001',
    measuredAt: 1_700_000_000_000,
  })
})
