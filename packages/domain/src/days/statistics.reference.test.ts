// The statistics against R iglu 4.1.7 (glucose) and pandas (heart rate), on three weeks of a person with type 1 diabetes.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readReading } from '../reading/parse.ts'
import { validateReading } from '../reading/validate.ts'
import { referenceFigures } from '../testing/builders.ts'
import { createDayOf } from './calendar.ts'
import { addReading, type DaySums, emptyDay, glucoseFigures, mergeDays, signalFigures } from './statistics.ts'

const sample = (name: string) => readFileSync(new URL(`../../../../data/samples/${name}`, import.meta.url), 'utf8')

interface ReferenceDay {
  date: string
  [figure: string]: string | number
}
const reference: ReferenceDay[] = JSON.parse(sample('uom-2303.daily-reference.json'))

function daysOfSample(): Map<string, DaySums> {
  const dayOf = createDayOf('UTC')
  const days = new Map<string, DaySums>()
  for (const line of sample('uom-2303.csv').trim().split('\n').slice(1)) {
    const [patient_id, sensor_id, measured_at, glucose = '', heartRate = ''] = line.split(',')
    const glucose_mgdl = glucose === '' ? null : Number(glucose)
    const heart_rate_bpm = heartRate === '' ? null : Number(heartRate)
    const parsed = readReading({ patient_id, sensor_id, measured_at, glucose_mgdl, heart_rate_bpm }, null)
    const verdict = validateReading(parsed, Date.UTC(2026, 0, 1))
    if (verdict.kind === 'invalid') throw new Error(`${line}: ${verdict.dropped}`)
    const date = dayOf(verdict.reading.measuredAt)
    const day = days.get(date) ?? emptyDay()
    days.set(date, day)
    addReading(day, verdict.reading)
  }
  return days
}

const days = daysOfSample()

test('the sample has the days of the reference', () => {
  expect([...days.keys()]).toEqual(reference.map(({ date }) => date))
})

test.each(reference)('$date', ({ date, ...expected }) => {
  const { glucoseMgdl, heartRateBpm } = days.get(date) ?? emptyDay()
  const [n_lt54, n_54_69, n_70_180, n_181_250, n_gt250] = glucoseMgdl.ranges
  const figures = referenceFigures(glucoseFigures(glucoseMgdl), signalFigures(heartRateBpm))
  const actual = { ...figures, n_lt54, n_54_69, n_70_180, n_181_250, n_gt250 }
  for (const [figure, value] of Object.entries(actual)) {
    expect(value, figure).toSatisfy((v: number) => Math.abs(v - Number(expected[figure])) <= 1e-6)
  }
})

test('all its days merged are the figures of all its readings', () => {
  const all = emptyDay()
  for (const day of days.values()) mergeDays(all, day)
  expect(all.glucoseMgdl.count).toBe(reference.reduce((sum, { count }) => sum + Number(count), 0))
  expect(glucoseFigures(all.glucoseMgdl).min).toBe(Math.min(...reference.map(({ min }) => Number(min))))
})
