import { addReading, emptyDay, glucoseFigures, plausible } from '@health/domain'
import { expect, test } from 'vitest'
import { createPatient, type Sample } from './patient.ts'
import { profiles } from './profiles.ts'

const days = 14
const minutes = days * 1440

interface Lived extends Sample {
  /** Minute of the day. */
  minute: number
}

/** A reading a minute of patient number `index`, who is met at the opening of its profile. */
function live(index: number, seed = 42): Lived[] {
  const patient = createPatient(seed, index)
  const opening = (profiles[index]?.opening.hour ?? 0) * 60
  return Array.from({ length: minutes }, (_, i) => ({ ...patient.live(1), minute: (opening + i + 1) % 1440 }))
}

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const between = (lived: Lived[], from: number, to: number) =>
  lived.filter(({ minute }) => minute >= from * 60 && minute < to * 60)
const heartRates = (lived: Lived[]) => lived.map(({ heartRateBpm }) => heartRateBpm)

const everyone = profiles.map(({ name }, index) => ({ name, index, lived: live(index) }))

test.each(everyone)('$name: two weeks of glucose are those of a person with type 1 diabetes', ({ lived }) => {
  const sums = emptyDay()
  for (const sample of lived) addReading(sums, sample)
  const { avg, min, max, cv_percent, ranges_percent, gri } = glucoseFigures(sums.glucoseMgdl)
  expect(avg).toSatisfy((mgdl: number) => mgdl > 100 && mgdl < 190)
  expect(cv_percent).toSatisfy((cv: number) => cv > 14 && cv < 48)
  expect([min, max]).toSatisfy(([low = 0, high = 0]: number[]) => low >= 40 && high <= 400)
  expect(ranges_percent?.in_range).toSatisfy((share: number) => share > 50 && share < 100)
  expect(ranges_percent?.very_low).toBeLessThan(3)
  expect(gri).toBeLessThan(60)
})

test('together they see every range of glucose', () => {
  const sums = emptyDay()
  for (const { lived } of everyone) for (const sample of lived) addReading(sums, sample)
  expect(Math.min(...sums.glucoseMgdl.ranges)).toBeGreaterThan(20)
})

test.each(everyone)('$name: glucose moves no faster than a body can', ({ lived }) => {
  const glucose = lived.map(({ glucoseMgdl }) => glucoseMgdl)
  let fastest = 0
  let widest = 0
  for (let i = 15; i < glucose.length; i++) {
    const [now = 0, before = 0, earlier = 0] = [glucose[i], glucose[i - 1], glucose[i - 15]]
    fastest = Math.max(fastest, Math.abs(now - earlier) / 15)
    widest = Math.max(widest, Math.abs(now - before))
  }
  // mg/dL per minute over a quarter of an hour, and, sensor noise included, within a minute.
  expect(fastest).toBeLessThan(5)
  expect(widest).toBeLessThan(20)
})

test.each(everyone)(
  '$name: the heart is slower at night than by day, and every value is a measurement',
  ({ lived }) => {
    expect(mean(heartRates(between(lived, 2, 5)))).toBeLessThan(mean(heartRates(between(lived, 10, 16))) - 4)
    for (const { glucoseMgdl, heartRateBpm, temperatureC } of lived) {
      expect(Number.isInteger(glucoseMgdl) && Number.isInteger(heartRateBpm)).toBe(true)
      expect(heartRateBpm).toBeGreaterThanOrEqual(plausible.heartRateBpm.min)
      expect(heartRateBpm).toBeLessThan(200)
      expect(temperatureC).toBeGreaterThan(35.5)
      expect(temperatureC).toBeLessThan(38.5)
    }
  },
)

test('exercise drives the heart, and takes glucose down', () => {
  const athlete = everyone.find(({ name }) => name === 'athlete')?.lived ?? []
  const training = between(athlete, 18, 18.6)
  const morning = between(athlete, 10, 12)
  expect(mean(heartRates(training))).toBeGreaterThan(mean(heartRates(morning)) + 50)
  const glucoseAt = (hour: number) => mean(between(athlete, hour, hour + 0.2).map(({ glucoseMgdl }) => glucoseMgdl))
  expect(glucoseAt(18.7)).toBeLessThan(glucoseAt(17.6) - 10)
})

test('an evening dose too many brings lows to the night, which end', () => {
  const nights = between(everyone.find(({ name }) => name === 'night-hypo')?.lived ?? [], 0, 6)
  const low = nights.filter(({ glucoseMgdl }) => glucoseMgdl < 70).length / nights.length
  expect(low).toBeGreaterThan(0.05)
  expect(low).toBeLessThan(0.6)
})

test('the same seed makes the same life, another seed or number another', () => {
  const samples = (seed: number, index: number) => {
    const patient = createPatient(seed, index)
    return Array.from({ length: 200 }, () => patient.live(1))
  }
  expect(samples(42, 0)).toEqual(samples(42, 0))
  expect(samples(43, 0)).not.toEqual(samples(42, 0))
  expect(samples(42, 5)).not.toEqual(samples(42, 0))
})

test('long steps live through the same days: means do not hang on the pace of readings', () => {
  const meanGlucose = (step: number) => {
    const patient = createPatient(42, 0)
    return mean(Array.from({ length: minutes / step }, () => patient.live(step).glucoseMgdl))
  }
  expect(Math.abs(meanGlucose(5) - meanGlucose(1))).toBeLessThan(12)
})
