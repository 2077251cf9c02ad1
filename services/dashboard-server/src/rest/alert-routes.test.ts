import type { AlertRow } from '@health/api'
import { parseAction } from '@health/domain'
import { expect, test, vi } from 'vitest'
import { createTestSpeedLayer, partitions, startTestDashboard } from '../dashboard.fixture.ts'

const topic = 'health_stream'
const textOf = (bytes: Uint8Array | null): string => Buffer.from(bytes ?? []).toString()

/** A dashboard that knows of a low of p001 and of a high of p002, which is over. */
async function aDashboard(env: Record<string, string> = {}, headers: Record<string, string> = {}) {
  const dashboard = await startTestDashboard(env)
  const { apply } = createTestSpeedLayer(dashboard.store)
  await apply({ patientId: 'p001', glucoseMgdl: 60 })
  for (const glucoseMgdl of [200, 150, 150, 150])
    await apply({ patientId: 'p002', glucoseMgdl, measuredAt: Date.now() })
  const list = async (query = ''): Promise<AlertRow[]> =>
    (await dashboard.get(`/api/alerts${query}`, { headers })).json() as Promise<AlertRow[]>
  await vi.waitFor(async () => expect(await list()).toHaveLength(2))
  const post = (path: string, body: object = {}) =>
    dashboard.get(`/api/alerts/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
  const records = async () => {
    const all = await Promise.all(Array.from({ length: partitions }, (_, p) => dashboard.log.read(topic, p, 0, 10)))
    return all.flat().map(({ key, value }) => parseAction(textOf(value), textOf(key)))
  }
  return { ...dashboard, list, post, records }
}

test('alerts are listed by state, newest change first', async () => {
  const { list } = await aDashboard()
  expect((await list()).map(({ patient_id, state }) => [patient_id, state])).toEqual([
    ['p002', 'cleared'],
    ['p001', 'raised'],
  ])
  expect(await list('?state=raised')).toMatchObject([{ id: 'p001:glucose:low:0', direction: 'low', worst: 60 }])
  expect(await list('?state=acknowledged')).toEqual([])
})

test.each([
  ['ack', {}, { type: 'acknowledge', by: 'somebody', note: null }],
  ['ack', { by: ' mum ', note: ' juice ' }, { type: 'acknowledge', by: 'mum', note: 'juice' }],
  ['snooze', { minutes: 30 }, { type: 'snooze', minutes: 30, by: 'somebody', note: null }],
  ['notes', { note: 'ate' }, { type: 'note', by: 'somebody', note: 'ate' }],
])('%s %j is a record of the log, of its patient', async (what, body, expected) => {
  const { post, records } = await aDashboard()
  const answer = await post(`p001:glucose:low:0/${what}`, body)
  expect([answer.status, await answer.json()]).toEqual([202, { alert_id: 'p001:glucose:low:0' }])
  expect(await records()).toEqual([{ patientId: 'p001', alertId: 'p001:glucose:low:0', ...expected }])
})

test.each([
  ['p001:glucose:low:0/snooze', {}, 400, 'minutes'],
  ['p001:glucose:low:0/snooze', { minutes: 10_000 }, 400, 'minutes'],
  ['p001:glucose:low:0/notes', {}, 400, 'note'],
  ['p001:glucose:low:0/ack', { note: 'x'.repeat(501) }, 400, 'note'],
  ['p001:glucose:low:0/ack', { loud: true }, 400, 'loud'],
  ['p001:glucose:low:0/ack', { note: 'x'.repeat(10_000) }, 413, 'small JSON object'],
  ['p001:glucose:high:0/ack', {}, 404, 'GET /api/alerts'],
  ['p002:glucose:high:1/ack', {}, 409, 'is cleared'],
])('%s is refused with %s, saying why', async (path, body, status, why) => {
  const { post, records } = await aDashboard()
  const answer = await post(path, body)
  expect(answer.status).toBe(status)
  expect(answer.headers.get('content-type')).toContain('application/problem+json')
  expect(await answer.text()).toContain(why)
  expect(await records()).toEqual([])
})

test('with tokens the name is that of the token, which must be good for acknowledging', async () => {
  const secrets = { nurse: 'n'.repeat(20), wall: 'w'.repeat(20) }
  const API_TOKENS = `nurse:read+acknowledge:${secrets.nurse},wall:read:${secrets.wall}`
  const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` })
  const { post, records, get } = await aDashboard({ API_TOKENS }, bearer(secrets.nurse))
  const ofWall = await get('/api/alerts/p001:glucose:low:0/ack', { method: 'POST', headers: bearer(secrets.wall) })
  expect(ofWall.status).toBe(403)
  expect((await post('p001:glucose:low:0/ack', { by: 'somebody else' })).status).toBe(202)
  expect(await records()).toMatchObject([{ type: 'acknowledge', by: 'nurse' }])
})
