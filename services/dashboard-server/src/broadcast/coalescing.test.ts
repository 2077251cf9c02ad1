import type { PatientRow } from '@health/api'
import { defaultRules } from '@health/domain'
import type { PatientState } from '@health/views'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createPatients } from '../current/patients.ts'
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
      const rounds = createRounds<string, PatientRow[]>({
        write: (due) => patients.rowsOf(due, 1_000),
        tell(member, rows) {
          const shown = browsers.find(({ id }) => id === member)?.shown
          for (const row of rows) shown?.set(row.patient_id, row)
        },
        now: Date.now,
      })
      for (const { id } of browsers) rounds.join(id)
      for (const { patientId, glucose, pauseMs } of changes) {
        patients.apply(0, { [patientId]: stateOf(glucose) })
        rounds.add(patientId, patientId)
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
    write: (news) => news.join(' '),
    tell(member, message) {
      told.push({ member, message, ms: Date.now() - began })
      tellingMs++
    },
    now,
  })
  for (const member of members) rounds.join(member)
  return { rounds, members, told }
}

test('of very many browsers a few are told at a time, and what else there is to do is done in between', () => {
  const { rounds, told } = aCrowd(1_000)
  rounds.add('news', 'news')
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

test('a crowd is told group by group: each browser at most four times a second, with what is news by then', () => {
  const { rounds, members, told } = aCrowd(2_000)
  for (let ms = 0; ms < 3_000; ms += 10) {
    rounds.add('clock', String(ms))
    vi.advanceTimersByTime(10)
  }
  const [first, last] = [members[0], members.at(-1)].map((member) => told.filter((each) => each.member === member))
  for (const theirs of [first, last]) {
    const times = theirs?.map(({ ms }) => ms) ?? []
    expect(times.length).toBeGreaterThan(2)
    for (const [i, ms] of times.entries()) if (i > 0) expect(ms - (times[i - 1] ?? 0)).toBeGreaterThanOrEqual(250)
  }
  expect(first?.at(-1)?.message).not.toBe(last?.at(-1)?.message)
})

test('news that come during a turn are told in the next, together, the newest under each key', () => {
  const { rounds, members, told } = aCrowd(10)
  rounds.add('row', 'a')
  vi.advanceTimersToNextTimer()
  for (const news of ['b', 'c']) rounds.add('row', news)
  for (const alert of ['d', 'e']) rounds.add(alert, alert)
  vi.runAllTimers()
  expect(told.filter(({ member }) => member === members[9])).toEqual([
    { member: members[9], message: 'a', ms: expect.any(Number) },
    { member: members[9], message: 'c d e', ms: expect.any(Number) },
  ])
})

test('whoever is told everything afresh in the middle of a turn hears nothing older after it', () => {
  const { rounds, members, told } = aCrowd(10)
  rounds.add('news', 'old')
  vi.advanceTimersToNextTimer()
  rounds.leave('browser 9')
  rounds.join('browser 9')
  vi.runAllTimers()
  expect(told.map(({ member }) => member)).toEqual(members.slice(0, 9))
})

test('a clock that is set back by an hour holds up the news for no longer than usual', () => {
  const { rounds, told } = aCrowd(1)
  const tell = (news: string) => {
    rounds.add('news', news)
    vi.advanceTimersByTime(250)
  }
  tell('a')
  vi.setSystemTime(Date.now() - 3_600_000)
  tell('b')
  tell('c')
  expect(told.map(({ message }) => message)).toEqual(['a', 'b', 'c'])
})

test('where all have gone before their turn, whoever comes then is told the next news at once', () => {
  const { rounds, told } = aCrowd(1)
  rounds.add('news', 'old')
  rounds.leave('browser 0')
  rounds.join('browser 1')
  vi.runAllTimers()
  expect(told).toEqual([])
  rounds.add('news', 'new')
  vi.advanceTimersByTime(10)
  expect(told.map(({ message }) => message)).toEqual(['new'])
})

test('whoever has gone is told nothing, and who comes is told from the next turn on', () => {
  const { rounds, told } = aCrowd(2)
  rounds.add('news', 'old')
  rounds.leave('browser 0')
  rounds.join('browser 2')
  vi.runAllTimers()
  rounds.add('news', 'new')
  vi.runAllTimers()
  expect(told.map(({ member, message }) => `${member} ${message}`)).toEqual([
    'browser 1 old',
    'browser 2 old',
    'browser 1 new',
    'browser 2 new',
  ])
})
