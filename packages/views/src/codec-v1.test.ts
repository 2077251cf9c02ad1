// Values without a version are still read. The texts are what version 1 stored.
import { expect, test } from 'vitest'
import { decodeChange, decodeDay, decodeMinute, decodePatient, decodeReadings } from './codec.ts'
import type { PatientState } from './realtime/values.ts'

const midnight = Date.UTC(2026, 0, 2)
const minuteMs = 60_000

const patient: PatientState = {
  latest: {
    glucoseMgdl: { value: 52, measuredAt: midnight },
    heartRateBpm: { value: 72, measuredAt: midnight - 5_000 },
    temperatureC: null,
  },
  previousGlucose: { value: 60, measuredAt: midnight - 3 * minuteMs },
  trend: [
    { value: 60, measuredAt: midnight - 3 * minuteMs },
    { value: 52, measuredAt: midnight },
  ],
  status: 'CRITICAL_LOW',
  since: midnight,
}

test("a day's sums without a version are read", () => {
  const stored = '[[3,372,47064,52,200],[1,0,1,1,0],[1,24.25,8.5],[0,0,0,null,null],[3,2,1],1]'
  expect(decodeDay(stored)).toStrictEqual({
    glucoseMgdl: {
      count: 3,
      sum: 372,
      sumOfSquares: 47064,
      min: 52,
      max: 200,
      ranges: [1, 0, 1, 1, 0],
      inTightRange: 1,
      lowRisk: 24.25,
      highRisk: 8.5,
    },
    heartRateBpm: { count: 0, sum: 0, sumOfSquares: 0, min: null, max: null },
    validRecords: 3,
    invalidRecords: 2,
    duplicateRecords: 1,
    provisional: true,
  })
})

test('a minute without a version is read', () => {
  expect(decodeMinute('[[2,241,120,121],null]')).toStrictEqual({
    glucoseMgdl: { count: 2, sum: 241, min: 120, max: 121 },
    heartRateBpm: null,
  })
})

test('readings without a version are read', () => {
  const stored = '[[1767312000000,1767312000420,120,null,36.6],[1767312005000,1767312005421,null,72,null]]'
  expect(decodeReadings(stored)).toStrictEqual([
    { measuredAt: midnight, receivedAt: midnight + 420, glucoseMgdl: 120, heartRateBpm: null, temperatureC: 36.6 },
    {
      measuredAt: midnight + 5_000,
      receivedAt: midnight + 5_421,
      glucoseMgdl: null,
      heartRateBpm: 72,
      temperatureC: null,
    },
  ])
})

const storedPatient =
  '["CRITICAL_LOW",1767312000000,[52,1767312000000],[72,1767311995000],null,[60,1767311820000],[60,1767311820000,52,1767312000000]]'

test("a patient's state without a version is read", () => {
  expect(decodePatient(storedPatient)).toStrictEqual(patient)
})

test("a patient's alerts without a version are read", () => {
  const stored = `${storedPatient.slice(0, -1)},{"open":{},"snoozes":{"glucoseMgdl.low":{"until":1767312000000,"severity":"warning"}}}]`
  expect(decodePatient(stored)).toStrictEqual({
    ...patient,
    alerts: { open: {}, snoozes: { 'glucoseMgdl.low': { until: midnight, severity: 'warning' } } },
  })
})

test("a patient's state that has long names and no version is read", () => {
  expect(decodePatient(JSON.stringify(patient))).toStrictEqual(patient)
})

test('an applied change without a version is read', () => {
  const at = midnight + 1_000
  const stored = `{"kind":"applied","partition":2,"at":${at},"patients":{"p001":${storedPatient}},"readings":{"p001":[580,420,52,null,36.6,100,400,null,72,null]},"alerts":[],"dropped":[]}`
  expect(decodeChange(stored)).toStrictEqual({
    kind: 'applied',
    partition: 2,
    at,
    patients: { p001: patient },
    readings: [
      [
        'p001',
        { measuredAt: midnight, receivedAt: midnight + 420, glucoseMgdl: 52, heartRateBpm: null, temperatureC: 36.6 },
      ],
      [
        'p001',
        {
          measuredAt: midnight + 500,
          receivedAt: midnight + 900,
          glucoseMgdl: null,
          heartRateBpm: 72,
          temperatureC: null,
        },
      ],
    ],
    alerts: [],
    dropped: [],
  })
})
