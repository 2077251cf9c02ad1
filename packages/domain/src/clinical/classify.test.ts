import fc from 'fast-check'
import { expect, test } from 'vitest'
import { plausibleGlucose, plausibleHeartRate } from '../testing/arbitraries.ts'
import { classify, levelOf, levels, type Status, statuses, statusOf } from './classify.ts'
import { type ClassifiedSignal, classifiedSignals, defaultRules } from './rules.ts'

const glucoseOnly = (glucoseMgdl: number) => classify({ glucoseMgdl, heartRateBpm: null })
const heartRateOnly = (heartRateBpm: number) => classify({ glucoseMgdl: null, heartRateBpm })

test.each<[number, Status, string[]]>([
  [20, 'CRITICAL_LOW', ['glucose_very_low']],
  [53, 'CRITICAL_LOW', ['glucose_very_low']],
  [53.999, 'CRITICAL_LOW', ['glucose_very_low']],
  [54, 'WARNING', ['glucose_low']],
  [55, 'WARNING', ['glucose_low']],
  [69, 'WARNING', ['glucose_low']],
  [69.999, 'WARNING', ['glucose_low']],
  [70, 'NORMAL', []],
  [71, 'NORMAL', []],
  [179, 'NORMAL', []],
  [180, 'NORMAL', []],
  [180.001, 'WARNING', ['glucose_high']],
  [181, 'WARNING', ['glucose_high']],
  [249, 'WARNING', ['glucose_high']],
  [250, 'WARNING', ['glucose_high']],
  [250.001, 'CRITICAL_HIGH', ['glucose_very_high']],
  [251, 'CRITICAL_HIGH', ['glucose_very_high']],
  [1000, 'CRITICAL_HIGH', ['glucose_very_high']],
])('glucose %d mg/dL is %s', (glucose, status, reasons) => {
  expect(glucoseOnly(glucose)).toEqual({ status, reasons })
  expect(statusOf('glucoseMgdl', glucose)).toBe(status)
})

test.each<[number, Status, string[]]>([
  [30, 'CRITICAL_LOW', ['heart_rate_very_low']],
  [39, 'CRITICAL_LOW', ['heart_rate_very_low']],
  [40, 'CRITICAL_LOW', ['heart_rate_very_low']],
  [40.001, 'WARNING', ['heart_rate_low']],
  [41, 'WARNING', ['heart_rate_low']],
  [49, 'WARNING', ['heart_rate_low']],
  [50, 'WARNING', ['heart_rate_low']],
  [50.001, 'NORMAL', []],
  [51, 'NORMAL', []],
  [110, 'NORMAL', []],
  [110.999, 'NORMAL', []],
  [111, 'WARNING', ['heart_rate_high']],
  [112, 'WARNING', ['heart_rate_high']],
  [130, 'WARNING', ['heart_rate_high']],
  [130.999, 'WARNING', ['heart_rate_high']],
  [131, 'CRITICAL_HIGH', ['heart_rate_very_high']],
  [132, 'CRITICAL_HIGH', ['heart_rate_very_high']],
  [250, 'CRITICAL_HIGH', ['heart_rate_very_high']],
])('heart rate %d /min is %s', (heartRate, status, reasons) => {
  expect(heartRateOnly(heartRate)).toEqual({ status, reasons })
  expect(statusOf('heartRateBpm', heartRate)).toBe(status)
})

test.each<[number | null, number | null, Status, string[]]>([
  [45, 150, 'CRITICAL_LOW', ['glucose_very_low', 'heart_rate_very_high']],
  [300, 35, 'CRITICAL_HIGH', ['glucose_very_high', 'heart_rate_very_low']],
  [60, 35, 'CRITICAL_LOW', ['glucose_low', 'heart_rate_very_low']],
  [60, 150, 'CRITICAL_HIGH', ['glucose_low', 'heart_rate_very_high']],
  [100, 35, 'CRITICAL_LOW', ['heart_rate_very_low']],
  [45, 115, 'CRITICAL_LOW', ['glucose_very_low', 'heart_rate_high']],
  [200, 115, 'WARNING', ['glucose_high', 'heart_rate_high']],
  [100, 45, 'WARNING', ['heart_rate_low']],
  [100, 72, 'NORMAL', []],
  [null, null, 'NORMAL', []],
])('glucose %s with heart rate %s is %s', (glucoseMgdl, heartRateBpm, status, reasons) => {
  expect(classify({ glucoseMgdl, heartRateBpm })).toEqual({ status, reasons })
})

test('the gravest of both signals stands: glucose before heart rate, low before high, critical before warning', () => {
  const gravestFirst: [ClassifiedSignal, Status][] = [
    ['glucoseMgdl', 'CRITICAL_LOW'],
    ['glucoseMgdl', 'CRITICAL_HIGH'],
    ['heartRateBpm', 'CRITICAL_LOW'],
    ['heartRateBpm', 'CRITICAL_HIGH'],
    ['glucoseMgdl', 'WARNING'],
    ['heartRateBpm', 'WARNING'],
  ]
  fc.assert(
    fc.property(fc.option(plausibleGlucose), fc.option(plausibleHeartRate), (glucoseMgdl, heartRateBpm) => {
      const values = { glucoseMgdl, heartRateBpm }
      const gravest = gravestFirst.find(([signal, status]) => {
        const value = values[signal]
        return value !== null && statusOf(signal, value) === status
      })
      const { status, reasons } = classify(values)
      expect(status).toBe(gravest?.[1] ?? 'NORMAL')
      expect(reasons.length > 0).toBe(status !== 'NORMAL')
    }),
  )
})

test('every plausible value has a status, and a higher value never a lower level', () => {
  const values = { glucoseMgdl: plausibleGlucose, heartRateBpm: plausibleHeartRate }
  for (const signal of classifiedSignals) {
    const rank = (value: number) => levels.indexOf(levelOf(value, defaultRules[signal]))
    fc.assert(
      fc.property(values[signal], values[signal], (a, b) => {
        expect(statuses).toContain(statusOf(signal, a))
        expect(rank(Math.min(a, b))).toBeLessThanOrEqual(rank(Math.max(a, b)))
      }),
    )
  }
})

test('other thresholds make another status', () => {
  const rules = { ...defaultRules, glucoseMgdl: { ...defaultRules.glucoseMgdl, veryLow: 60, low: 80 } }
  expect(classify({ glucoseMgdl: 59, heartRateBpm: null }, rules).status).toBe('CRITICAL_LOW')
  expect(statusOf('glucoseMgdl', 79, rules)).toBe('WARNING')
})
