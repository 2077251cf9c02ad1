import type { Snapshot } from '@health/api'
import { io } from 'socket.io-client'
import { expect, onTestFinished, test, vi } from 'vitest'
import { type BrowserSocket, connect, startTestDashboard } from '../dashboard.fixture.ts'

const reader = 'reader-secret-0123456789'
const sensor = 'sensor-secret-0123456789'
const brief = 'brief-secret-0123456789'
const begun = Date.now()
const end = begun + 3_600_000
const API_TOKENS = `ward-3:read:${reader},sensor:ingest:${sensor},brief:read:${brief}:${new Date(end).toISOString()}`

const snapshotOf = (socket: BrowserSocket) => new Promise<Snapshot>((resolve) => socket.once('snapshot', resolve))
const refusalOf = (socket: BrowserSocket) => new Promise<Error>((resolve) => socket.once('connect_error', resolve))

test.each([{ authorization: `Bearer ${reader}` }, { cookie: `health_session=${reader}` }])(
  'a socket with a token to read is told everything, by %o',
  async (headers) => {
    const { url } = await startTestDashboard({ API_TOKENS })
    expect(await snapshotOf(connect(url, headers))).toMatchObject({ patients: [], alerts: [] })
  },
)

test.each([
  ['none', {}],
  ['one that is unknown', { authorization: 'Bearer unknown-0123456789' }],
  ['one for another role', { cookie: `health_session=${sensor}` }],
  ['one that has expired', { cookie: `health_session=${brief}` }],
  ['one, on a page of another origin', { cookie: `health_session=${reader}`, origin: 'http://elsewhere.example' }],
])('a socket with no token to read is refused: %s', async (_what, headers) => {
  const { url, get } = await startTestDashboard({ API_TOKENS }, { now: () => end })
  await refusalOf(connect(url, headers as Record<string, string>))
  const polling = await get('/socket.io/?EIO=4&transport=polling', { headers })
  expect(polling.status).toBe(403)
})

test('guessing on sockets counts as guessing', async () => {
  const { get } = await startTestDashboard({ API_TOKENS })
  for (let i = 0; i < 10; i++) {
    await get('/socket.io/?EIO=4&transport=polling', { headers: { authorization: `Bearer guess-0123456789-${i}` } })
  }
  const headers = { authorization: `Bearer ${reader}` }
  expect((await get('/api/patients', { headers })).status).toBe(429)
  const refused = await get('/socket.io/?EIO=4&transport=polling', { headers })
  expect(await refused.json()).toMatchObject({ message: 'too_many_failures' })
})

test.each(['websocket', 'polling'])(
  'an idle %s is closed when its token ends, and the others stay',
  async (transport) => {
    let now = begun
    const { url } = await startTestDashboard({ API_TOKENS }, { now: () => now })
    const open = async (secret: string) => {
      const extraHeaders = { authorization: `Bearer ${secret}` }
      const options = { transports: [transport], upgrade: false, forceNew: true, reconnection: false, extraHeaders }
      const socket: BrowserSocket = io(url, options)
      onTestFinished(() => void socket.disconnect())
      await snapshotOf(socket)
      return socket
    }
    const [ending, staying] = [await open(brief), await open(reader)]
    const told: unknown[] = []
    now = end - 1
    await new Promise((resolve) => ending.once('pipeline', resolve))
    expect(ending.connected).toBe(true)
    now = end
    await vi.waitFor(() => expect(ending.connected).toBe(false))
    ending.onAny((event) => told.push(event))
    await new Promise((resolve) => staying.once('pipeline', resolve))
    expect(staying.connected).toBe(true)
    expect(told).toEqual([])
  },
)

test('browsers are told that whoever reaches this machine may read, unless tokens are set', async () => {
  const open = await startTestDashboard({ PUBLISH_HOST: '0.0.0.0' })
  expect((await snapshotOf(connect(open.url))).settings.open_to_network).toBe(true)
  const closed = await startTestDashboard({ PUBLISH_HOST: '0.0.0.0', API_TOKENS })
  const headers = { authorization: `Bearer ${reader}` }
  expect((await snapshotOf(connect(closed.url, headers))).settings.open_to_network).toBe(false)
})
