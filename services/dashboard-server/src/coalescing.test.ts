import { defaultRules, type PatientRow } from '@health/domain'
import type { PatientState } from '@health/views'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createPatients } from './patients.ts'
import { createRounds } from './rounds.ts'
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
      const browsers = ['first', 'second'].map((id) => ({ id, shown: new Map<string, PatientRow>() }))
      const rounds = createRounds<PatientRow[], PatientRow[]>({
        members: () => browsers.map(({ id }) => id),
        write: (news) => news.flat(),
        tell(member, rows) {
          const shown = browsers.find(({ id }) => id === member)?.shown
          for (const row of rows) shown?.set(row.patient_id, row)
        },
        now: Date.now,
      })
      const due = new Set<string>()
      for (const { patientId, glucose, pauseMs } of changes) {
        patients.apply(0, { [patientId]: stateOf(glucose) })
        due.add(patientId)
        rounds.add('patients', () => {
          const rows = patients.rowsOf(due, 1_000)
          due.clear()
          return [rows]
        })
        vi.advanceTimersByTime(pauseMs)
      }
      vi.advanceTimersByTime(1_000)
      for (const { shown } of browsers) expect(byId([...shown.values()])).toEqual(byId(patients.rows(1_000)))
    }),
  )
})

const byId = (rows: PatientRow[]): PatientRow[] => rows.sort((a, b) => (a.patient_id < b.patient_id ? -1 : 1))

/** A crowd of which each takes a millisecond to be told. */
function aCrowd(size: number) {
  const members = Array.from({ length: size }, (_, i) => `browser ${i}`)
  const told: { member: string; message: string; ms: number }[] = []
  const began = Date.now()
  let tellingMs = 0
  const now = () => Date.now() + tellingMs
  const rounds = createRounds<string, string>({
    members: () => members,
    write: (news) => news.join(' '),
    tell(member, message) {
      told.push({ member, message, ms: Date.now() - began })
      tellingMs++
    },
    now,
  })
  return { rounds, members, told }
}

test('of very many browsers a few are told at a time, and what else there is to do is done in between', () => {
  const { rounds, told } = aCrowd(1_000)
  rounds.add('news', () => ['news'])
  vi.advanceTimersToNextTimer()
  expect(told).toHaveLength(4)
  let between = Number.NaN
  setImmediate(() => {
    between = told.length
  })
  vi.runAllTimers()
  expect(between).toBeLessThanOrEqual(8)
  expect(told).toHaveLength(1_000)
})

test('news that come during a round are told in the next, together, the newest of each kind', () => {
  const { rounds, members, told } = aCrowd(10)
  rounds.add('rows', () => ['a'])
  vi.advanceTimersToNextTimer()
  for (const news of ['b', 'c']) rounds.add('rows', () => [news])
  rounds.add('alerts', () => ['d', 'e'])
  vi.runAllTimers()
  expect(told.filter(({ member }) => member === members[9])).toEqual([
    { member: members[9], message: 'a', ms: expect.any(Number) },
    { member: members[9], message: 'c d e', ms: expect.any(Number) },
  ])
})

test('whoever is told everything afresh in the middle of a round hears nothing older after it', () => {
  const { rounds, members, told } = aCrowd(10)
  rounds.add('news', () => ['old'])
  vi.advanceTimersToNextTimer()
  rounds.skip('browser 9')
  vi.runAllTimers()
  expect(told.map(({ member }) => member)).toEqual(members.slice(0, 9))
})
