import type { DailyRow, LiveReading, PatientRow, PipelineRow } from '@health/api'
import { reportRun, type ViewChange } from '@health/views'
import { expect, test, vi } from 'vitest'
import { aRun, createTestSpeedLayer, runTestBatch, startTestDashboard } from '../dashboard.fixture.ts'

const minuteMs = 60_000
const json = async <T>(answer: Promise<Response>): Promise<T> => (await answer).json() as Promise<T>

test('patients are listed gravest first, with their latest values', async () => {
  const { get, store } = await startTestDashboard()
  const { apply } = createTestSpeedLayer(store)
  await apply({ patientId: 'well' })
  await apply({ patientId: 'low', glucoseMgdl: 47, heartRateBpm: 150 })
  await apply({ patientId: 'silent', measuredAt: Date.now() - 60 * minuteMs })
  await vi.waitFor(async () => {
    const rows = await json<PatientRow[]>(get('/api/patients'))
    expect(rows.map(({ patient_id }) => patient_id)).toEqual(['low', 'silent', 'well'])
    expect(rows[0]).toMatchObject({
      status: 'CRITICAL_LOW',
      reasons: ['glucose_very_low', 'heart_rate_very_high'],
      stale: false,
      latest: { glucose_mgdl: 47, heart_rate_bpm: 150 },
    })
    expect(rows[1]).toMatchObject({ status: 'NORMAL', stale: true })
  })
})

test('the live window holds the readings of the seconds asked for, each with its own status', async () => {
  const { get, store } = await startTestDashboard()
  const { apply } = createTestSpeedLayer(store)
  await apply({ measuredAt: Date.now() - 5 * minuteMs, glucoseMgdl: 100 })
  const reading = await apply({ glucoseMgdl: 260, heartRateBpm: null })
  await vi.waitFor(async () => expect((await get('/api/patients/p001/live')).status).toBe(200))
  const rows = await json<LiveReading[]>(get('/api/patients/p001/live?seconds=60'))
  expect(rows).toMatchObject([
    {
      measured_at: new Date(reading.measuredAt).toISOString(),
      glucose_mgdl: 260,
      heart_rate_bpm: null,
      status: 'CRITICAL_HIGH',
    },
  ])
  expect(await json<LiveReading[]>(get('/api/patients/p001/live?seconds=600'))).toHaveLength(2)
})

test('beyond ten minutes the live window is a row a minute', async () => {
  const { get, store } = await startTestDashboard()
  const { apply } = createTestSpeedLayer(store)
  const minute = Math.floor(Date.now() / minuteMs) * minuteMs - minuteMs
  await apply({ measuredAt: minute + 1, glucoseMgdl: 100 })
  await apply({ measuredAt: minute + 2, glucoseMgdl: 130 })
  await vi.waitFor(async () => expect((await get('/api/patients/p001/live')).status).toBe(200))
  expect(await json(get('/api/patients/p001/live?seconds=3600'))).toEqual([
    {
      measured_at: new Date(minute).toISOString(),
      glucose_mgdl: { min: 100, avg: 115, max: 130, count: 2 },
      heart_rate_bpm: null,
    },
  ])
})

test('days are served from the first reading on, and with the batch view once there is one', async () => {
  const { get, store } = await startTestDashboard()
  const { apply } = createTestSpeedLayer(store)
  const early = await apply({ measuredAt: Date.UTC(2026, 10, 20, 12), glucoseMgdl: 100 })
  const late = await apply({ measuredAt: Date.UTC(2026, 10, 22, 12), glucoseMgdl: 200 })
  const days = await json<DailyRow[]>(get('/api/patients/p001/daily'))
  expect(days).toMatchObject([
    {
      date: '2026-11-20',
      glucose_mgdl: { avg: 100, count: 1 },
      total_records: 1,
      computed_at: null,
      complete_to: null,
    },
    { date: '2026-11-22', glucose_mgdl: { avg: 200, count: 1 }, total_records: 1 },
  ])
  await runTestBatch(store, [early, late])
  await apply({ measuredAt: Date.UTC(2026, 10, 22, 13), glucoseMgdl: 300 })
  const [day] = await json<DailyRow[]>(get('/api/patients/p001/daily?from=2026-11-21&to=2026-11-22'))
  expect(day).toMatchObject({ date: '2026-11-22', glucose_mgdl: { avg: 250, min: 200, max: 300 }, total_records: 2 })
  expect(day?.computed_at).not.toBeNull()
  expect(await json<DailyRow[]>(get('/api/daily?to=2026-11-21'))).toMatchObject([{ date: '2026-11-20' }])
  expect(await json<DailyRow[]>(get('/api/patients/p001/daily?from=2027-01-01'))).toEqual([])
})

test.each(['/api/patients/nobody/live', '/api/patients/nobody/daily', '/api/patients/*/daily', '/api/nothing', '/x'])(
  '%s is not found, in words',
  async (path) => {
    const { get } = await startTestDashboard()
    await vi.waitFor(async () => {
      const answer = await get(path)
      expect(answer.status).toBe(404)
      expect(answer.headers.get('content-type')).toContain('application/problem+json')
      expect(await answer.json()).toMatchObject({ status: 404, detail: expect.stringContaining('There is no') })
    })
  },
)

test.each([
  ['/api/patients/p001/live?seconds=0', 'seconds'],
  ['/api/patients/p001/live?seconds=86401', 'seconds'],
  ['/api/patients/p001/live?seconds=1.5', 'seconds'],
  ['/api/patients/p001/live?seconds=1&seconds=2', 'seconds'],
  ['/api/patients/p001/live?second=60', 'second'],
  ['/api/patients/p001/daily?from=2026-02-30', 'from'],
  ['/api/patients/p001/daily?from=2026-11-24&to=2026-11-23', 'to'],
  ['/api/daily?to=today', 'to'],
  ['/api/alerts?state=loud', 'state'],
])('%s is refused, naming %s', async (path, name) => {
  const { get } = await startTestDashboard()
  const answer = await get(path)
  expect(answer.status).toBe(400)
  expect(answer.headers.get('content-type')).toContain('application/problem+json')
  expect(await answer.json()).toMatchObject({ errors: [{ path: name }] })
})

test('an address that cannot be read is refused without a stack', async () => {
  const { get } = await startTestDashboard()
  const answer = await get('/api/patients/%zz/live')
  expect(answer.status).toBe(400)
  expect(await answer.text()).not.toContain('at ')
})

test('the pipeline tells how far everybody is', async () => {
  const { get, store, log } = await startTestDashboard()
  const { apply } = createTestSpeedLayer(store)
  await log.append('health_stream', [{ key: null, value: Buffer.from('{}') }])
  await apply()
  await vi.waitFor(async () => {
    const row = await json<PipelineRow>(get('/api/pipeline'))
    expect(row).toMatchObject({
      sensors: { latency_ms: { p50: expect.any(Number) } },
      log: { records: 1 },
      speed_layer: { records: 1, valid: 1, latency_ms: { p50: expect.any(Number) } },
      csv_archiver: { records: 0, lag: 1 },
      batch: null,
      merge: { batch: 0, speed: 1, complete_to: null },
      problems: [],
    })
  })
})

test('a batch run is asked for through the views, and not while one is under way', async () => {
  const { get, store } = await startTestDashboard()
  const told: ViewChange[] = []
  await store.watch(
    (changes) => told.push(...changes.map(({ change }): ViewChange => JSON.parse(change))),
    () => undefined,
  )
  expect((await get('/api/batch', { method: 'POST' })).status).toBe(202)
  await vi.waitFor(() => expect(told).toContainEqual({ kind: 'batch-wanted' }))
  await reportRun(store, aRun())
  const second = await get('/api/batch', { method: 'POST' })
  expect(second.status).toBe(409)
  expect(await second.json()).toMatchObject({ detail: expect.stringContaining('reading the lake') })
})

test('while the views are away answers say so, and the page and the pipeline are still there', async () => {
  const { get, store, waitingFor } = await startTestDashboard()
  const { apply } = createTestSpeedLayer(store)
  await apply()
  await vi.waitFor(async () => expect(await json<PatientRow[]>(get('/api/patients'))).toHaveLength(1))
  store.cut('Redis at 127.0.0.1:6379: connect ECONNREFUSED')
  expect(waitingFor()).toContain('Redis at')
  for (const path of ['/api/patients', '/api/patients/p001/live', '/api/patients/p001/daily', '/api/alerts']) {
    const answer = await get(path)
    expect([path, answer.status]).toEqual([path, 503])
    expect(answer.headers.get('retry-after')).toBe('1')
    expect(await answer.json()).toMatchObject({ detail: expect.stringContaining('ECONNREFUSED') })
  }
  expect((await get('/')).status).toBe(200)
  await vi.waitFor(async () => {
    const { problems } = await json<PipelineRow>(get('/api/pipeline'))
    expect(problems).toMatchObject([{ part: 'views', message: expect.stringContaining('ECONNREFUSED') }])
  })
  store.cut(null)
  await vi.waitFor(async () => expect((await get('/api/patients')).status).toBe(200))
})
