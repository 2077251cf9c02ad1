import { classify, parseReading, type Reading, type Status, statuses, validateReading } from '@health/domain'
import { expect, test } from 'vitest'
import type { Outgoing } from './faults.ts'
import { createSource } from './source.ts'

const start = Date.UTC(2026, 10, 24, 2)

interface Sent extends Outgoing {
  at: number
}

/** What five patients send at one reading a second, at the standard speed. */
function demo(seconds: number, { seed = 42, faultRate = 0.01 } = {}): Sent[] {
  const sources = Array.from({ length: 5 }, (_, i) => createSource(i, { seed, faultRate, minutesPerReading: 1 }))
  return Array.from({ length: seconds }, (_, second) =>
    sources.flatMap((source, i) => {
      const at = start + second * 1000 + i * 200
      return source.next(at).map((message) => ({ ...message, at }))
    }),
  ).flat()
}

const validReadings = (sent: Sent[]): Reading[] =>
  sent.flatMap(({ payload, at }) => {
    const verdict = validateReading(parseReading(Buffer.from(payload), null), at)
    return verdict.kind === 'valid' ? [verdict.reading] : []
  })

test('the first two minutes of the demo show every status, by glucose alone as well', () => {
  const readings = validReadings(demo(120))
  const seen = (statusOf: (reading: Reading) => Status) => [...new Set(readings.map(statusOf))].sort()
  expect(seen((reading) => classify(reading).status)).toEqual(statuses.toSorted())
  expect(seen(({ glucoseMgdl }) => classify({ glucoseMgdl, heartRateBpm: null }).status)).toEqual(statuses.toSorted())
})

test.each([1, 2, 3, 4, 5, 6, 7, 8])('with the seed %i as well', (seed) => {
  const readings = validReadings(demo(120, { seed }))
  expect(new Set(readings.map((reading) => classify(reading).status))).toEqual(new Set(statuses))
})

test('the five speak in every form that is taken', () => {
  const sent = demo(60, { faultRate: 0 }).map(({ payload }) => JSON.parse(payload))
  const sensors = new Set(sent.map(({ sensor_id }) => sensor_id))
  expect(sensors).toEqual(new Set(['cgm-001', 'cgm-002', 'cgm-003', 'cgm-004', 'watch-004', 'sensor_001']))
  const last = (sensor: string) => Object.keys(sent.findLast(({ sensor_id }) => sensor_id === sensor))
  expect(last('cgm-001')).toEqual(['patient_id', 'sensor_id', 'measured_at', 'glucose_mgdl', 'heart_rate_bpm'])
  expect(last('cgm-002')).toEqual([
    'patient_id',
    'sensor_id',
    'measured_at',
    'glucose',
    'glucose_unit',
    'heart_rate_bpm',
  ])
  expect(last('cgm-004')).toEqual(['patient_id', 'sensor_id', 'measured_at', 'glucose_mgdl'])
  expect(last('watch-004')).toEqual(['patient_id', 'sensor_id', 'measured_at', 'heart_rate_bpm'])
  expect(last('sensor_001')).toEqual(['sensor_id', 'timestamp', 'heart_rate', 'glucose_level', 'temperature'])
  const patients = new Set(validReadings(demo(1, { faultRate: 0 })).map(({ patientId }) => patientId))
  expect(patients).toEqual(new Set(['p001', 'p002', 'p003', 'p004', 'sensor_001']))
})

test('a patient sends one message a reading and device, the temperature now and then', () => {
  const sent = demo(60, { faultRate: 0 })
  expect(sent).toHaveLength(60 * 6)
  expect(sent.filter(({ payload }) => payload.includes('temperature_c'))).toHaveLength(2 * 2)
})

test('the same seed sends the same messages, another seed others', () => {
  expect(demo(100)).toEqual(demo(100))
  expect(demo(100, { seed: 43 })).not.toEqual(demo(100))
})

test('faults leave the readings that are not faulty as they were', () => {
  const good = new Set(demo(300, { faultRate: 0 }).map(({ payload }) => payload))
  const sent = demo(300, { faultRate: 0.1 })
  const spoilt = sent.filter(({ payload }) => !good.has(payload))
  expect(spoilt.length).toBeGreaterThan(0)
  for (const { fault } of spoilt) expect(fault).not.toBeNull()
})
