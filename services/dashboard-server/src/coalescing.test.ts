import { defaultRules, type PatientRow } from '@health/domain'
import type { PatientState } from '@health/views'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createPatients } from './patients.ts'
import { createPatientTeller } from './tell-patients.ts'
import { createThrottle } from './throttle.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('what is wanted often is done at once, and then no more than once in a while', () => {
  const runs: number[] = []
  const began = Date.now()
  const throttle = createThrottle(250, () => runs.push(Date.now() - began), Date.now)
  for (let ms = 0; ms < 900; ms += 10) {
    throttle.request()
    vi.advanceTimersByTime(10)
  }
  expect(runs).toEqual([0, 250, 500, 750])
  vi.advanceTimersByTime(5_000)
  expect(runs).toEqual([0, 250, 500, 750, 1000])
})

const stateOf = (glucose: number): PatientState => ({
  latest: { glucoseMgdl: { value: glucose, measuredAt: 1_000 }, heartRateBpm: null, temperatureC: null },
  previousGlucose: null,
  trend: [],
  status: 'NORMAL',
  since: 1_000,
})

test('a browser that takes the changed rows ends up with what the server knows, however they were coalesced', () => {
  const change = fc.record({
    patientId: fc.constantFrom('a', 'b', 'c', 'd'),
    glucose: fc.integer({ min: 20, max: 400 }),
    pauseMs: fc.integer({ min: 0, max: 400 }),
  })
  fc.assert(
    fc.property(fc.array(change), (changes) => {
      const patients = createPatients({ clinical: defaultRules, staleSeconds: 900 })
      const browsers = [new Map<string, PatientRow>(), new Map<string, PatientRow>()]
      const teller = createPatientTeller({
        rowsOf: (patientIds) => patients.rowsOf(patientIds, 1_000),
        // So many that one run serves one share.
        browsersOf: () => 500_000,
        tell: (share, rows) => {
          for (const row of rows) browsers[share]?.set(row.patient_id, row)
        },
        now: Date.now,
      })
      expect([teller.place(), teller.place()]).toEqual([0, 1])
      for (const { patientId, glucose, pauseMs } of changes) {
        patients.apply(0, { [patientId]: stateOf(glucose) })
        teller.changed([patientId])
        vi.advanceTimersByTime(pauseMs)
      }
      vi.advanceTimersByTime(1_000)
      for (const browser of browsers) expect(byId([...browser.values()])).toEqual(byId(patients.rows(1_000)))
    }),
  )
})

const byId = (rows: PatientRow[]): PatientRow[] => rows.sort((a, b) => (a.patient_id < b.patient_id ? -1 : 1))

test('of very many browsers a part is served at a time, each in its turn', () => {
  const told: { share: number; ms: number }[] = []
  const began = Date.now()
  const sizes: number[] = []
  const teller = createPatientTeller({
    rowsOf: (patientIds) => [...patientIds] as never,
    browsersOf: (share) => sizes[share] ?? 0,
    tell: (share) => told.push({ share, ms: Date.now() - began }),
    now: Date.now,
  })
  for (let browser = 0; browser < 200; browser++) {
    const share = teller.place()
    sizes[share] = (sizes[share] ?? 0) + 1
  }
  expect(sizes).toEqual([50, 50, 50, 50])
  teller.changed(Array.from({ length: 1_000 }, (_, i) => `p${i}`))
  vi.advanceTimersByTime(1_000)
  expect(told).toEqual([
    { share: 0, ms: 0 },
    { share: 1, ms: 0 },
    { share: 2, ms: 250 },
    { share: 3, ms: 250 },
  ])
})
