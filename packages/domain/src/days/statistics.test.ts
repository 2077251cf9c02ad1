import fc from 'fast-check'
import { expect, test } from 'vitest'
import { plausibleGlucose, plausibleHeartRate } from '../testing/arbitraries.ts'
import {
  addReading,
  type DaySums,
  emptyDay,
  glucoseFigures,
  glucoseRanges,
  glucoseRisk,
  glucoseRiskFormula,
  mergeDays,
  signalFigures,
} from './statistics.ts'

interface Values {
  glucoseMgdl: number | null
  heartRateBpm: number | null
}

const dayOf = (values: Values[]): DaySums => {
  const day = emptyDay()
  for (const reading of values) addReading(day, reading)
  return day
}
const glucoseDay = (...mgdl: number[]) => dayOf(mgdl.map((glucoseMgdl) => ({ glucoseMgdl, heartRateBpm: null })))
const merged = (...parts: DaySums[]): DaySums => {
  const day = emptyDay()
  for (const part of parts) mergeDays(day, part)
  return day
}

const someValues = fc.array(
  fc.record({ glucoseMgdl: fc.option(plausibleGlucose), heartRateBpm: fc.option(plausibleHeartRate) }),
  { maxLength: 30 },
)
const anyDay = fc
  .tuple(someValues, fc.nat(9), fc.nat(9), fc.boolean())
  .map(([values, invalidRecords, duplicateRecords, provisional]) => ({
    ...dayOf(values),
    invalidRecords,
    duplicateRecords,
    provisional,
  }))

/** Equal, sums of fractions up to their last bits. */
function expectSame(actual: DaySums, expected: DaySums): void {
  const leaves = (day: DaySums) => JSON.stringify(day).match(/-?\d[\d.e+-]*|null|true|false/g) ?? []
  const expectedLeaves = leaves(expected)
  expect(leaves(actual)).toHaveLength(expectedLeaves.length)
  for (const [i, leaf] of leaves(actual).entries()) {
    const wanted = expectedLeaves[i] ?? ''
    if (leaf !== wanted) expect(Number(leaf) / Number(wanted)).toBeCloseTo(1, 9)
  }
}

test('the ranges begin where the consensus lets them begin', () => {
  const day = glucoseDay(53, 53.999, 54, 69.999, 70, 140, 140.001, 180, 180.001, 250, 250.001)
  expect(day.glucoseMgdl.ranges).toEqual([2, 2, 4, 2, 1])
  expect(day.glucoseMgdl.inTightRange).toBe(2)
})

test('the shares of the ranges sum to 100', () => {
  fc.assert(
    fc.property(fc.array(plausibleGlucose, { minLength: 1 }), (mgdl) => {
      const { ranges_percent } = glucoseFigures(glucoseDay(...mgdl).glucoseMgdl)
      const sum = glucoseRanges.reduce((total, range) => total + (ranges_percent?.[range] ?? 0), 0)
      expect(sum).toBeCloseTo(100, 9)
    }),
  )
})

test('one value and none have no standard deviation, none has no figures at all', () => {
  expect(signalFigures(glucoseDay().glucoseMgdl)).toEqual({ avg: null, min: null, max: null, count: 0, sd: null })
  expect(Object.entries(glucoseFigures(emptyDay().glucoseMgdl)).filter(([, value]) => value !== null)).toEqual([
    ['count', 0],
  ])
  expect(glucoseFigures(glucoseDay(100).glucoseMgdl)).toMatchObject({ avg: 100, sd: null, cv_percent: null, count: 1 })
})

test('a constant signal has a standard deviation of 0, whatever rounding does', () => {
  fc.assert(
    fc.property(plausibleGlucose, fc.integer({ min: 2, max: 300 }), (mgdl, n) => {
      const { sd } = signalFigures(glucoseDay(...Array<number>(n).fill(mgdl)).glucoseMgdl)
      expect(sd).not.toBeNaN()
      expect(sd).toBeLessThan(0.001)
    }),
  )
})

test('the figures are those of their definitions', () => {
  const mgdl = [45, 60, 100, 150, 200, 300]
  const figures = glucoseFigures(glucoseDay(...mgdl).glucoseMgdl)
  expect(figures.avg).toBe(142.5)
  expect(figures.sd).toBeCloseTo(96.215_903_051, 9)
  expect(figures.cv_percent).toBeCloseTo(67.519_931_966, 9)
  expect(figures.gmi_percent).toBeCloseTo(6.7186, 10)
  expect(figures.ea1c_percent).toBeCloseTo(6.592_334_495, 9)
  expect(figures.tight_range_percent).toBeCloseTo(100 / 6, 10)
  // 3 · 16.67 + 2.4 · 16.67 + 1.6 · 16.67 + 0.8 · 16.67
  expect(figures.gri).toBe(100)
})

test('the glycemia risk index ends at 100', () => {
  expect(glucoseFigures(glucoseDay(45, 46, 47).glucoseMgdl).gri).toBe(100)
})

test('the risk of glucose is nil at 112.5 mg/dL and near 100 at the ends of the scale', () => {
  expect(glucoseRisk(112.5)).toBeCloseTo(0, 3)
  expect(glucoseRisk(20)).toBeCloseTo(-100, 0)
  expect(glucoseRisk(600)).toBeCloseTo(100, 0)
})

test('a risk is the same whenever it is asked for, of tenths and of finer values', () => {
  const { scale, power, shift } = glucoseRiskFormula
  const value = fc.oneof(
    fc.integer({ min: 200, max: 10_000 }).map((tenths) => tenths / 10),
    fc.double({ min: 20, max: 1000, noNaN: true }),
  )
  fc.assert(
    fc.property(value, (mgdl) => {
      const root = scale * (Math.log(mgdl) ** power - shift)
      for (const _ of ['first', 'again']) expect(glucoseRisk(mgdl)).toBeCloseTo(10 * root * Math.abs(root), 9)
    }),
  )
})

test('a duplicate value is left out, the record counts', () => {
  const day = dayOf([
    { glucoseMgdl: 100, heartRateBpm: 70 },
    { glucoseMgdl: null, heartRateBpm: 71 },
  ])
  expect(day).toMatchObject({
    validRecords: 2,
    glucoseMgdl: { count: 1 },
    heartRateBpm: { count: 2, min: 70, max: 71 },
  })
})

test('nothing added leaves a day as it is', () => {
  fc.assert(
    fc.property(anyDay, (day) => {
      expect(merged(day, emptyDay())).toEqual(day)
      expect(merged(emptyDay(), day)).toEqual(day)
    }),
  )
})

test('parts merge in any grouping and order', () => {
  fc.assert(
    fc.property(anyDay, anyDay, anyDay, (a, b, c) => {
      expectSame(merged(merged(a, b), c), merged(a, merged(b, c)))
      expectSame(merged(a, b, c), merged(c, a, b))
    }),
  )
})

test('a day merged from parts is the day of all its readings, wherever it is cut', () => {
  fc.assert(
    fc.property(someValues, fc.nat(30), (values, cut) => {
      expectSame(merged(dayOf(values.slice(0, cut)), dayOf(values.slice(cut))), dayOf(values))
    }),
  )
})

test('merging changes the day and not the part', () => {
  const part = glucoseDay(100)
  const before = structuredClone(part)
  mergeDays(glucoseDay(200), part)
  expect(part).toEqual(before)
})
