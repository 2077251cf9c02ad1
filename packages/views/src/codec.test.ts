// Every value of the views is read back exactly as it was written.
import { type DaySums, type PatientAlerts, statuses } from '@health/domain'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  decodeChange,
  decodeDay,
  decodeMinute,
  decodePatient,
  decodeReadings,
  encodeChange,
  encodeDay,
  encodeMinute,
  encodePatient,
  encodeReading,
  encodeReadings,
  type ViewChange,
} from './codec.ts'
import type { LatestValue, MinuteSpread, PatientState, RecentReading, Spread } from './realtime/values.ts'

const time = fc.nat(Date.UTC(2100, 0, 1))
const number = fc.double({ min: 0, max: 1000, noNaN: true })
const count = fc.nat(10_000)
const signal = fc.option(number)
const reading: fc.Arbitrary<RecentReading> = fc.record({
  measuredAt: time,
  receivedAt: time,
  glucoseMgdl: signal,
  heartRateBpm: signal,
  temperatureC: signal,
})

const sums = { count, sum: number, sumOfSquares: number, min: signal, max: signal }
const glucoseSums = fc.record({
  ...sums,
  ranges: fc.tuple(count, count, count, count, count),
  inTightRange: count,
  lowRisk: number,
  highRisk: number,
})
const day: fc.Arbitrary<DaySums> = fc.record({
  glucoseMgdl: glucoseSums,
  heartRateBpm: fc.record(sums),
  validRecords: count,
  invalidRecords: count,
  duplicateRecords: count,
  provisional: fc.boolean(),
})

const spread: fc.Arbitrary<Spread | null> = fc.option(fc.record({ count, sum: number, min: number, max: number }))
const minute: fc.Arbitrary<MinuteSpread> = fc.record({ glucoseMgdl: spread, heartRateBpm: spread })

const value: fc.Arbitrary<LatestValue> = fc.record({ value: number, measuredAt: time })
const latest = fc.option(value)
const alerts: PatientAlerts = {
  open: {},
  snoozes: { 'glucoseMgdl.low': { until: 1767312000000, severity: 'warning' } },
}
const patient: fc.Arbitrary<PatientState> = fc.record(
  {
    latest: fc.record({ glucoseMgdl: latest, heartRateBpm: latest, temperatureC: latest }),
    previousGlucose: latest,
    trend: fc.array(value, { maxLength: 6 }),
    status: fc.constantFrom(...statuses),
    since: time,
    alerts: fc.constant(alerts),
  },
  { requiredKeys: ['latest', 'previousGlucose', 'trend', 'status', 'since'] },
)

test("a day's sums are read back as they were written", () => {
  const property = fc.property(day, (sums) => {
    expect(decodeDay(encodeDay(sums))).toEqual(sums)
  })
  fc.assert(property)
})

test('a minute is read back as it was written', () => {
  const property = fc.property(minute, (spreads) => {
    expect(decodeMinute(encodeMinute(spreads))).toEqual(spreads)
  })
  fc.assert(property)
})

test("a patient's state is read back as it was written", () => {
  const property = fc.property(patient, (state) => {
    expect(decodePatient(encodePatient(state))).toEqual(state)
  })
  fc.assert(property)
})

test('readings are read back as they were written, in their order', () => {
  const property = fc.property(fc.array(reading), (readings) => {
    expect(decodeReadings(encodeReadings(readings.map(encodeReading)))).toEqual(readings)
  })
  fc.assert(property)
})

test('a change is read back as it was written, the readings of each patient in their order', () => {
  const patientId = fc.constantFrom('p001', 'p002', '7')
  const changed = fc.array(fc.tuple(patientId, reading))
  const property = fc.property(changed, fc.dictionary(patientId, patient), time, (readings, patients, at) => {
    const change: ViewChange = { kind: 'applied', partition: 3, at, patients, readings, alerts: [], dropped: [] }
    const decoded = decodeChange(encodeChange(change))
    expect({ ...decoded, readings: null }).toEqual({ ...change, readings: null })
    const byPatient = (some: readonly [string, RecentReading][]) => Map.groupBy(some, ([patientId]) => patientId)
    expect(decoded.kind === 'applied' && byPatient(decoded.readings)).toEqual(byPatient(readings))
  })
  fc.assert(property)
})

test.each([
  ['a day', decodeDay],
  ['a minute', decodeMinute],
  ['a patient', decodePatient],
  ['a list of readings', decodeReadings],
])('%s of a later version is refused', (_name, decode) => {
  expect(() => decode('{"v":3}')).toThrow('has version 3')
})

test('a change of a later version is refused', () => {
  expect(() => decodeChange('{"v":3,"kind":"applied"}')).toThrow('has version 3')
})
