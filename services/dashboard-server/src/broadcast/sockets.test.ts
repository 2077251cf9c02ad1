import { createServer } from 'node:http'
import type { Socket as NetSocket } from 'node:net'
import type { LiveReading, Snapshot } from '@health/api'
import { defaultRules } from '@health/domain'
import { createGate, createLogger, listen } from '@health/runtime'
import { io } from 'socket.io-client'
import { expect, onTestFinished, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { createAdmission } from '../auth/admission.ts'
import { createHostCheck } from '../auth/host-check.ts'
import {
  type BrowserSocket,
  connect,
  connected,
  createTestSpeedLayer,
  heard,
  runTestBatch,
  startTestDashboard,
} from '../dashboard.fixture.ts'
import { createSockets } from './sockets.ts'

const watch = (socket: BrowserSocket, patient_id: string) => socket.emitWithAck('watch', { patient_id })

test('a browser that comes gets everything at once', async () => {
  const { url, store } = await startTestDashboard({ STALE_SECONDS: '30' })
  await createTestSpeedLayer(store).apply({ patientId: 'p007', glucoseMgdl: 60 })
  await vi.waitFor(async () => {
    const snapshot = await new Promise<Snapshot>((resolve) => connect(url).once('snapshot', resolve))
    expect(snapshot).toMatchObject({
      patients: [{ patient_id: 'p007', status: 'WARNING' }],
      alerts: [{ patient_id: 'p007', state: 'raised', severity: 'warning' }],
      pipeline: { problems: [] },
      settings: { stale_seconds: 30, day_time_zone: 'UTC', rules: defaultRules, open_to_network: false },
    })
  })
})

test('readings are told to those who watch that patient or all, changed patients and alerts to everyone', async () => {
  const { url, store } = await startTestDashboard()
  const { apply } = createTestSpeedLayer(store)
  const [one, other, all] = [await connected(url), await connected(url), await connected(url)]
  await watch(one, 'p001')
  await watch(other, 'p001')
  await watch(other, 'p002')
  await watch(all, '*')
  const readings = [one, other, all].map((socket) => heard(socket, 'reading'))
  const [patients, alerts] = [heard(other, 'patients'), heard(other, 'alert')]
  await apply({ patientId: 'p001', glucoseMgdl: 260 })
  await vi.waitFor(() => {
    expect(readings[0]).toMatchObject([
      { patient_id: 'p001', values: { glucose_mgdl: 260, heart_rate_bpm: 72 }, status: 'CRITICAL_HIGH' },
    ])
    expect(readings[2]).toHaveLength(1)
    expect(patients.flat()).toMatchObject([{ patient_id: 'p001', status: 'CRITICAL_HIGH' }])
    expect(alerts).toMatchObject([{ patient_id: 'p001', direction: 'high', state: 'raised' }])
  })
  expect(readings[1]).toEqual([])
})

test('what is dropped is told to those who watch its patient, also to whoever begins within a minute', async () => {
  const { url, store } = await startTestDashboard()
  const { drop } = createTestSpeedLayer(store)
  const [one, other] = [await connected(url), await connected(url)]
  const [toOne, toOther] = [heard(one, 'dropped'), heard(other, 'dropped')]
  await watch(one, 'p001')
  await watch(other, 'p002')
  const receivedAt = Date.now()
  const reasons = ['implausible_glucose' as const]
  await drop({ patientId: 'p001', receivedAt, reasons })
  const dropped = { patient_id: 'p001', received_at: new Date(receivedAt).toISOString(), reasons }
  await vi.waitFor(() => expect(toOne).toEqual([dropped]))
  expect(toOther).toEqual([])
  await watch(other, 'p001')
  await vi.waitFor(() => expect(toOther).toEqual([dropped]))
})

test.each([
  ['over a web socket with compression', { transports: ['websocket'] }],
  ['over one without', { transports: ['websocket'], perMessageDeflate: false as never }],
  ['by polling', { transports: ['polling'] }],
  ['by polling first', { transports: ['polling', 'websocket'] }],
] as const)('however it is connected, a browser is told everything: %s', async (_how, options) => {
  const { url, store } = await startTestDashboard()
  const { apply } = createTestSpeedLayer(store)
  const socket: BrowserSocket = io(url, { ...options, transports: [...options.transports], forceNew: true })
  onTestFinished(() => void socket.disconnect())
  await new Promise((resolve) => socket.once('snapshot', resolve))
  await watch(socket, '*')
  const [rows, readings, pipeline] = [heard(socket, 'patients'), heard(socket, 'reading'), heard(socket, 'pipeline')]
  const patientIds = Array.from({ length: 40 }, (_, i) => `p${i}`)
  for (const patientId of patientIds) await apply({ patientId })
  await vi.waitFor(() => {
    expect(new Set(rows.flat().map(({ patient_id }) => patient_id))).toEqual(new Set(patientIds))
    expect(rows.some(({ length }) => length > 5)).toBe(true)
    expect(readings.map(({ patient_id }) => patient_id)).toEqual(patientIds)
    expect(pipeline.length).toBeGreaterThan(0)
  })
})

test('changed patients are told at most four times a second, each once, as it is then', async () => {
  const { url, store } = await startTestDashboard()
  const { apply } = createTestSpeedLayer(store)
  const socket = await connected(url)
  const told = heard(socket, 'patients')
  const began = Date.now()
  for (let glucoseMgdl = 100; glucoseMgdl < 140; glucoseMgdl++) await apply({ glucoseMgdl })
  await vi.waitFor(() => expect(told.at(-1)?.[0]?.latest.glucose_mgdl).toBe(139))
  expect(told.length).toBeLessThanOrEqual(2 + Math.floor((Date.now() - began) / 250))
  expect(told.every((rows) => rows.length === 1)).toBe(true)
})

test('days are told after a batch run at once: to those who watch the patient, and of all patients to everyone', async () => {
  const { url, store } = await startTestDashboard()
  const { apply } = createTestSpeedLayer(store)
  const [watcher, other] = [await connected(url), await connected(url)]
  await watch(watcher, 'p001')
  const reading = await apply({ glucoseMgdl: 100 })
  const [days, ofAll] = [heard(watcher, 'daily'), heard(other, 'daily')]
  await runTestBatch(store, [reading])
  await vi.waitFor(() => {
    const computed = { rows: [{ total_records: 1, computed_at: expect.any(String), glucose_mgdl: { avg: 100 } }] }
    expect(days).toContainEqual(expect.objectContaining({ patient_id: 'p001' }))
    expect(days.findLast(({ patient_id }) => patient_id === 'p001')).toMatchObject(computed)
    expect(ofAll.at(-1)).toMatchObject({ patient_id: '*', ...computed })
  })
  expect(ofAll.every(({ patient_id }) => patient_id === '*')).toBe(true)
})

test('days that go on live are told within seconds', async () => {
  const { url, store } = await startTestDashboard()
  const { apply } = createTestSpeedLayer(store)
  const watcher = await connected(url)
  await watch(watcher, 'p001')
  const days = heard(watcher, 'daily')
  await apply()
  await apply()
  await vi.waitFor(() => {
    const last = days.findLast(({ patient_id }) => patient_id === 'p001')
    expect(last).toMatchObject({ rows: [{ total_records: 2, computed_at: null }] })
  })
})

test('a reconnection misses nothing: what is asked for after watching joins what is told', async () => {
  const { url, get, store } = await startTestDashboard()
  const { apply } = createTestSpeedLayer(store)
  const socket = connect(url)
  const seen = new Set<string>()
  socket.on('reading', ({ measured_at }) => seen.add(measured_at))
  socket.on('snapshot', async () => {
    await watch(socket, 'p001')
    const live = (await (await get('/api/patients/p001/live')).json()) as LiveReading[]
    for (const { measured_at } of live) seen.add(measured_at)
  })
  const expected: string[] = []
  const began = Date.now() - 40_000
  for (let i = 0; i < 40; i++) {
    if (i % 10 === 3) socket.io.engine.close()
    const { measuredAt } = await apply({ measuredAt: began + i * 1000 })
    expected.push(new Date(measuredAt).toISOString())
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  await vi.waitFor(() => expect([...seen].sort()).toEqual(expected))
})

test('after the views were emptied everybody is told to begin afresh', async () => {
  const { url, store } = await startTestDashboard()
  const { apply } = createTestSpeedLayer(store)
  await apply()
  const socket = connect(url)
  const snapshots = heard(socket, 'snapshot')
  await vi.waitFor(() => expect(snapshots.at(-1)?.patients).toHaveLength(1))
  await store.clear()
  await vi.waitFor(() => expect(snapshots.at(-1)?.patients).toEqual([]))
})

test('the clock is told to whoever asks, and what is no message is not heard', async () => {
  const { url } = await startTestDashboard()
  const socket = await connected(url)
  socket.emit('watch', { patient_id: '<img onerror>' } as never)
  socket.emit('watch', null as never)
  socket.emit('echo', 'no function' as never)
  const asked = Date.now()
  const at = Date.parse(await socket.emitWithAck('echo'))
  expect(at).toBeGreaterThanOrEqual(asked)
  expect(at).toBeLessThanOrEqual(Date.now())
  expect(socket.connected).toBe(true)
})

test('a connection that stands is used by nobody from elsewhere', async () => {
  const { get } = await startTestDashboard()
  const opened = await (await get('/socket.io/?EIO=4&transport=polling')).text()
  const { sid } = JSON.parse(opened.slice(1)) as { sid: string }
  const headers = { origin: 'http://rebound.example' }
  expect((await get(`/socket.io/?EIO=4&transport=polling&sid=${sid}`, { headers })).status).toBe(403)
})

test('a browser with less room than the compression for all needs is sent nothing compressed', async () => {
  const { url } = await startTestDashboard()
  const socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`, {
    perMessageDeflate: { serverMaxWindowBits: 9 },
  })
  onTestFinished(() => socket.close())
  await new Promise((resolve) => socket.once('open', resolve))
  expect(socket.extensions).toBe('')
})

test('a compressed message that grows beyond what is taken ends its connection', async () => {
  const { url } = await startTestDashboard()
  const socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`)
  await new Promise((resolve) => socket.once('open', resolve))
  expect(socket.extensions).toBe('permessage-deflate')
  socket.send(`4${' '.repeat(10_000_000)}`)
  const code = await new Promise((resolve) => socket.once('close', resolve))
  expect(code).toBe(1009)
})

test.each([{ origin: 'http://rebound.example' }, { host: 'rebound.example' }])(
  'a socket with %o is refused',
  async (headers) => {
    const { url } = await startTestDashboard()
    const socket = connect(url, headers)
    await new Promise((resolve) => socket.once('connect_error', resolve))
    expect(socket.connected).toBe(false)
  },
)

test('a stalled browser is told nothing more, does not hold up the others, and is cut off', async () => {
  const http = createServer()
  const rows = Array.from({ length: 400 }, (_, i) => ({ patient_id: `p${i}`, filler: 'x'.repeat(1_000) }) as never)
  const gate = createGate({ HOST: '127.0.0.1' }, { logger: createLogger('silent'), now: Date.now })
  const sockets = createSockets(
    http,
    {
      admission: createAdmission(createHostCheck(['127.0.0.1']), gate),
      rules: defaultRules,
      snapshot: () => ({ patients: [] }) as never,
      rowsOf: () => rows,
      onTold: () => undefined,
      now: Date.now,
    },
    { pingInterval: 500, pingTimeout: 3_000 },
  )
  const port = await listen(http, { host: '127.0.0.1', port: 0, variable: 'DASHBOARD_PORT' })
  onTestFinished(() => sockets.close())
  const server: NetSocket[] = []
  http.on('connection', (connection) => server.push(connection))

  const stalled = io(`http://127.0.0.1:${port}`, { transports: ['websocket'], forceNew: true, reconnection: false })
  await new Promise<void>((resolve) => stalled.once('connect', resolve))
  const connection = (stalled.io.engine.transport as unknown as { ws: { _socket: NetSocket } }).ws._socket
  connection.pause()
  const well = await connected(`http://127.0.0.1:${port}`)
  const told = heard(well, 'patients')

  const [toStalled] = server
  let mostBuffered = 0
  const news = setInterval(() => {
    sockets.applied(
      { kind: 'applied', partition: 0, at: 0, patients: { p1: {} as never }, readings: [], alerts: [], dropped: [] },
      [],
    )
    sockets.pipeline({} as never)
    mostBuffered = Math.max(mostBuffered, toStalled?.writableLength ?? 0)
  })
  onTestFinished(() => clearInterval(news))
  await vi.waitFor(() => expect(toStalled?.destroyed).toBe(true))
  await vi.waitFor(() => expect(told.length).toBeGreaterThan(5))
  expect(sockets.clients()).toBe(1)
  expect(mostBuffered).toBeLessThan(5_000_000)
  connection.destroy()
})
