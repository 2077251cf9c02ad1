import { inspect } from 'node:util'
import type { Session } from '@health/api'
import { createLogger } from '@health/runtime'
import { expect, test, vi } from 'vitest'
import { createTestSpeedLayer, startTestDashboard } from '../dashboard.fixture.ts'

const reader = 'reader-secret-0123456789'
const nurse = 'nurse-secret+/=0123456789'
const sensor = 'sensor-secret-0123456789'
const past = 'past-secret-0123456789'
const brief = 'brief-secret-0123456789'
const guarded = (now = Date.now()) => ({
  API_TOKENS: [
    `ward-3:read:${reader}`,
    `nurse:read+acknowledge:${nurse}`,
    `sensor:ingest:${sensor}`,
    `past:read:${past}:2020-01-01T00:00:00Z`,
    `brief:read:${brief}:${new Date(now + 90_000).toISOString()}`,
  ].join(','),
})
const bearer = (secret: string) => ({ headers: { authorization: `Bearer ${secret}` } })
const cookie = (secret: string) => ({ headers: { cookie: `theme=dark; health_session=${secret}` } })
const signIn = (body: string, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body,
})
const withToken = (token: string, headers: Record<string, string> = {}) => signIn(JSON.stringify({ token }), headers)

test('without a token nothing under /api is answered, and what holds no patient is', async () => {
  const { get, store } = await startTestDashboard(guarded())
  await createTestSpeedLayer(store).apply({ patientId: 'hidden-patient' })
  await vi.waitFor(async () => expect(await (await get('/api/patients', bearer(reader))).json()).toHaveLength(1))
  for (const path of ['/api/patients', '/api/patients/hidden-patient/live', '/api/daily', '/api/pipeline', '/api/x']) {
    const answer = await get(path)
    expect([path, answer.status]).toEqual([path, 401])
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
    expect(answer.headers.get('www-authenticate')).toContain('Bearer')
    expect(await answer.json()).toMatchObject({ code: 'missing_token' })
  }
  for (const path of ['/', '/healthz', '/readyz', '/metrics']) {
    const answer = await get(path)
    expect([path, answer.status]).toEqual([path, 200])
    expect(await answer.text()).not.toContain('hidden-patient')
  }
})

test.each([
  ['the role read', reader, 200, 403],
  ['the roles read and acknowledge', nurse, 200, 202],
  ['the role ingest', sensor, 403, 403],
  ['an end that is past', past, 401, 401],
  ['an unknown secret', 'x'.repeat(20), 401, 401],
])(
  'a token with %s opens what it should and nothing else, in the header and in the cookie',
  async (_what, secret, read, act) => {
    const { get } = await startTestDashboard(guarded())
    for (const credentials of [bearer(secret), cookie(secret)]) {
      expect((await get('/api/pipeline', credentials)).status).toBe(read)
      expect((await get('/api/batch', { method: 'POST', ...credentials })).status).toBe(act)
    }
  },
)

test('signing in leaves a cookie that no script reads and no other site sends, and that opens what the token does', async () => {
  const { get } = await startTestDashboard(guarded())
  const answer = await get('/api/session', withToken(nurse))
  expect(answer.status).toBe(204)
  const [pair = '', ...attributes] = answer.headers.get('set-cookie')?.split('; ') ?? []
  expect(attributes).toEqual(expect.arrayContaining(['HttpOnly', 'SameSite=Strict', 'Path=/', 'Max-Age=34560000']))
  expect(attributes).not.toContain('Secure')
  const session = await get('/api/session', { headers: { cookie: pair } })
  expect(await session.json()).toEqual({
    guarded: true,
    signed_in: true,
    name: 'nurse',
    roles: ['read', 'acknowledge'],
    expires_at: null,
    refusal: null,
  } satisfies Session)
  expect((await get('/api/patients', { headers: { cookie: pair } })).status).toBe(200)
})

test('the cookie ends no later than its token, and goes by TLS only where it came so', async () => {
  const now = Date.now()
  const { get } = await startTestDashboard(guarded(now), { now: () => now })
  const answer = await get('/api/session', withToken(brief, { 'x-forwarded-proto': 'https' }))
  expect(answer.headers.get('set-cookie')).toMatch(/Max-Age=90;.*Secure/)
})

test('signing out takes the cookie back', async () => {
  const { get } = await startTestDashboard(guarded())
  const answer = await get('/api/session', { method: 'DELETE', ...cookie(reader) })
  expect(answer.status).toBe(204)
  expect(answer.headers.get('set-cookie')).toMatch(/^health_session=;.*Expires=Thu, 01 Jan 1970/)
})

test.each([
  ['unknown', 'y'.repeat(20), 401, 'unknown_token'],
  ['expired', past, 401, 'expired_token'],
  ['without the role read', sensor, 403, 'other_role'],
])('a token that is %s signs nobody in, and the answer says why', async (_what, token, status, code) => {
  const { get } = await startTestDashboard(guarded())
  const answer = await get('/api/session', withToken(token))
  expect(answer.status).toBe(status)
  expect(answer.headers.get('set-cookie')).toBeNull()
  expect(await answer.json()).toMatchObject({ code })
  const session = await get('/api/session', cookie(token))
  expect(session.status).toBe(200)
  expect(await session.json()).toMatchObject({ guarded: true, signed_in: false, roles: [], refusal: code })
})

test('a cookie that is good for nothing any more is taken back, so that it does not count as guessing', async () => {
  const { get } = await startTestDashboard(guarded())
  const answer = await get('/api/session', cookie('withdrawn-0123456789'))
  expect(answer.headers.get('set-cookie')).toMatch(/^health_session=;/)
})

test('guessing is slowed down, whichever way it comes', async () => {
  const { get } = await startTestDashboard(guarded())
  for (let i = 0; i < 5; i++) {
    await get('/api/session', withToken(`guess-0123456789-${i}`))
    await get('/api/patients', cookie(`guess-9876543210-${i}`))
  }
  const answer = await get('/api/session', withToken(reader))
  expect(answer.status).toBe(429)
  expect(answer.headers.get('retry-after')).toBe('60')
})

test('a page of another origin can neither sign in nor act, whatever cookie comes with it', async () => {
  const { get } = await startTestDashboard(guarded())
  const origin = 'http://elsewhere.example'
  const forged = await get('/api/session', withToken(nurse, { origin }))
  expect(forged.status).toBe(403)
  expect(forged.headers.get('set-cookie')).toBeNull()
  const headers = { origin, cookie: `health_session=${nurse}` }
  expect((await get('/api/batch', { method: 'POST', headers })).status).toBe(403)
  expect((await get('/api/session', { method: 'DELETE', headers })).status).toBe(403)
})

test.each([
  ['no JSON', signIn('{"token": "tell-nobody'), 400],
  ['no token', signIn('{"secret": "tell-nobody"}'), 400],
  ['more than a token', signIn('{"token": "tell-nobody", "role": "read"}'), 400],
  ['a form', signIn('token=tell-nobody', { 'content-type': 'application/x-www-form-urlencoded' }), 400],
  ['a text', signIn('{"token": "tell-nobody"}', { 'content-type': 'text/plain' }), 400],
  ['too much', signIn(`{"token": "tell-nobody${'x'.repeat(2_048)}"}`), 413],
  ['compressed', withToken('tell-nobody', { 'content-encoding': 'gzip' }), 415],
])('a message with %s is refused, without a word of it', async (_what, message, status) => {
  const { get } = await startTestDashboard(guarded())
  const answer = await get('/api/session', message)
  expect(answer.status).toBe(status)
  expect(answer.headers.get('content-type')).toContain('application/problem+json')
  expect(await answer.text()).not.toContain('tell-nobody')
})

test('where no tokens are set nobody need sign in, and everybody may do everything', async () => {
  const { get } = await startTestDashboard()
  expect(await (await get('/api/session')).json()).toMatchObject({
    guarded: false,
    signed_in: false,
    name: null,
    roles: expect.arrayContaining(['read', 'acknowledge']),
  })
  const answer = await get('/api/session', withToken('anything; Domain=example'))
  expect(answer.status).toBe(204)
  expect(answer.headers.get('set-cookie')).toBeNull()
})

test('no secret stands in any line of the log', async () => {
  const logger = createLogger('silent')
  const levels = (['fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const).map((level) => vi.spyOn(logger, level))
  const { get, store } = await startTestDashboard(guarded(), { logger })
  const guess = 'guess-0123456789'
  for (let i = 0; i < 12; i++) await get('/api/session', withToken(`${guess}-${i}`))
  for (const secret of [reader, nurse, sensor, past, guess]) {
    await get('/api/patients', bearer(secret))
    await get('/api/session', withToken(secret))
    await get('/api/session', signIn(`{"token": "${secret}`))
  }
  store.cut('Redis is away')
  await get('/api/patients', bearer(reader))
  const lines = inspect(
    levels.map(({ mock }) => mock.calls),
    { depth: 10, maxStringLength: null },
  )
  expect(lines).toContain('Too many unknown tokens')
  for (const secret of [reader, nurse, sensor, past, brief, guess]) expect(lines).not.toContain(secret)
})
