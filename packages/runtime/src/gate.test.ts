import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { accessSettings } from './access-tokens.ts'
import { readConfig } from './config.ts'
import { bearerSecret, createGate, requireRole } from './gate.ts'

const phone = 'secret-of-the-phone'
const nurse = 'secret-of-the-nurse'
const old = 'secret-that-ends-soon'
const start = Date.parse('2026-11-24T00:00:00Z')
const API_TOKENS = [
  `phone:ingest:${phone}`,
  `nurse:read+acknowledge:${nurse}`,
  `old:ingest:${old}:2026-11-24T01:00:00Z`,
].join()

/** A gate with three tokens, a clock that is set by hand, and what it logs. */
function aGate(env: Record<string, string> = { API_TOKENS }) {
  const lines: string[] = []
  const clock = { now: start }
  const config = { HOST: '127.0.0.1', ...env, ...readConfig(z.object(accessSettings), env) }
  const gate = createGate(config, {
    logger: pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) }),
    now: () => clock.now,
  })
  return { ...gate, gate, clock, lines }
}

test('lets in who has the role, and says who it is without the secret', () => {
  const { admit, guarded } = aGate()
  expect(guarded).toBe(true)
  expect(admit('ingest', phone, '10.0.0.1')).toEqual({ name: 'phone', roles: ['ingest'], expiresAt: null })
  expect(admit('acknowledge', nurse, '10.0.0.1')).toMatchObject({ name: 'nurse' })
})

test.each([
  ['nothing', undefined, 'missing_token'],
  ['an empty secret', '', 'missing_token'],
  ['an unknown secret', 'secret-of-somebody', 'unknown_token'],
  ['a part of a secret', phone.slice(0, -1), 'unknown_token'],
  ['a name', 'phone', 'unknown_token'],
  ['a token of another role', nurse, 'other_role'],
])('refuses %s', (_what, secret, refusal) => {
  expect(aGate().admit('ingest', secret, '10.0.0.1')).toBe(refusal)
})

test('a token is good until its end', () => {
  const { admit, clock } = aGate()
  const end = start + 3_600_000
  clock.now = end - 1
  expect(admit('ingest', old, '10.0.0.1')).toEqual({ name: 'old', roles: ['ingest'], expiresAt: end })
  clock.now = end
  expect(admit('ingest', old, '10.0.0.1')).toBe('expired_token')
})

function guess(admit: ReturnType<typeof aGate>['admit'], address: string, times: number) {
  return Array.from({ length: times }, (_, n) => admit('ingest', `guess-${n}`, address))
}

test('after ten unknown secrets an address is refused, with a good one too, until the minute is over', () => {
  const { admit, clock, lines } = aGate()
  expect(new Set(guess(admit, '10.0.0.1', 10))).toEqual(new Set(['unknown_token']))
  expect(guess(admit, '10.0.0.1', 2)).toEqual(['too_many_failures', 'too_many_failures'])
  expect(admit('ingest', phone, '10.0.0.1')).toBe('too_many_failures')
  expect(admit('ingest', phone, '10.0.0.2')).toMatchObject({ name: 'phone' })
  clock.now += 59_999
  expect(admit('ingest', phone, '10.0.0.1')).toBe('too_many_failures')
  clock.now += 1
  expect(admit('ingest', phone, '10.0.0.1')).toMatchObject({ name: 'phone' })
  expect(guess(admit, '10.0.0.1', 1)).toEqual(['unknown_token'])
  expect(lines).toEqual([expect.stringContaining('"address":"10.0.0.1"')])
})

test('devices that go on sending an old secret silence nobody', () => {
  const { admit, lines } = aGate()
  for (let n = 0; n < 1000; n++) expect(admit('ingest', 'secret-of-last-year', '10.0.0.1')).toBe('unknown_token')
  expect(admit('ingest', phone, '10.0.0.1')).toMatchObject({ name: 'phone' })
  expect(lines).toEqual([])
})

test('who came from an address before is not silenced by a neighbour', () => {
  const { admit } = aGate()
  admit('ingest', phone, '10.0.0.1')
  guess(admit, '10.0.0.1', 11)
  expect(admit('ingest', phone, '10.0.0.1')).toMatchObject({ name: 'phone' })
  expect(admit('read', nurse, '10.0.0.1')).toBe('too_many_failures')
})

test('neither missing nor expired tokens nor those of another role count as guesses', () => {
  const { admit, clock } = aGate()
  clock.now += 3_600_000
  for (let n = 0; n < 20; n++) {
    for (const secret of [undefined, old, nurse]) admit('ingest', secret, '10.0.0.1')
  }
  expect(admit('ingest', phone, '10.0.0.1')).toMatchObject({ name: 'phone' })
})

test('a guess now and then is forgotten', () => {
  const { admit, clock } = aGate()
  for (let n = 0; n < 30; n++) {
    expect(admit('ingest', `guess-${n}`, '10.0.0.1')).toBe('unknown_token')
    clock.now += 7_000
  }
})

test('of more than ten thousand addresses the one that was quiet for longest is forgotten', () => {
  const { admit } = aGate()
  guess(admit, 'first', 10)
  guess(admit, 'second', 10)
  for (let n = 0; n < 9_998; n++) admit('ingest', 'guess', `10.0.0.${n}`)
  expect(admit('ingest', 'guess', 'first')).toBe('too_many_failures')
  admit('ingest', 'guess', 'one more')
  expect(admit('ingest', 'guess', 'second')).toBe('unknown_token')
  expect(admit('ingest', 'guess', 'first')).toBe('too_many_failures')
})

test('no log line shows a secret, right or wrong', () => {
  const { admit, lines } = aGate()
  const guesses = Array.from({ length: 12 }, (_, n) => `secret-of-elsewhere-${n}`)
  for (const secret of [phone, nurse, old, ...guesses]) admit('ingest', secret, '10.0.0.1')
  expect(lines.length).toBeGreaterThan(0)
  expect(lines.join()).not.toContain('secret-')
})

test.each([
  ['on every address', { HOST: '0.0.0.0' }],
  ['on an address of the network', { HOST: '192.168.1.7' }],
  ['on every address of IPv6', { HOST: '::' }],
  ['in a container published to the network', { HOST: '0.0.0.0', PUBLISH_HOST: '0.0.0.0' }],
])('without tokens it lets everybody in, and warns %s', (_where, env) => {
  const { admit, guarded, openToNetwork, lines } = aGate(env)
  expect([guarded, openToNetwork]).toEqual([false, true])
  expect(lines).toEqual([expect.stringMatching(/"level":40.*set API_TOKENS/)])
  expect(admit('acknowledge', undefined, '10.0.0.1')).toMatchObject({ name: null, expiresAt: null })
})

test.each([
  ['on this machine', { HOST: '127.0.0.1' }],
  ['on this machine by name', { HOST: 'localhost' }],
  ['on this machine by IPv6', { HOST: '::1' }],
  ['in a container published to this machine', { HOST: '0.0.0.0', PUBLISH_HOST: '127.0.0.1' }],
  ['with tokens', { HOST: '0.0.0.0', PUBLISH_HOST: '0.0.0.0', API_TOKENS }],
])('it does not warn %s', (_where, env) => {
  const { openToNetwork, lines } = aGate(env)
  expect([openToNetwork, lines]).toEqual([false, []])
})

test.each([
  [{ authorization: `Bearer ${phone}` }, phone],
  [{ authorization: `bearer  ${phone}` }, phone],
  [{ authorization: 'Basic cGhvbmU6eA==' }, undefined],
  [{ authorization: 'Bearer' }, undefined],
  [{}, undefined],
])('of %j the secret is %s', (headers, secret) => {
  expect(bearerSecret(headers)).toBe(secret)
})

async function serve() {
  const { gate } = aGate()
  const app = express().post('/', requireRole(gate, 'ingest'), (_request, response) => {
    response.json(response.locals['identity'])
  })
  const server = createServer(app).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  return (secret?: string) =>
    fetch(url, {
      method: 'POST',
      body: 'x',
      headers: secret === undefined ? {} : { authorization: `Bearer ${secret}` },
    })
}

test('a request goes on with who it is, and is answered otherwise', async () => {
  const post = await serve()
  expect(await (await post(phone)).json()).toEqual({ name: 'phone', roles: ['ingest'], expiresAt: null })
  const missing = await post()
  expect([missing.status, missing.headers.get('content-type'), missing.headers.get('www-authenticate')]).toEqual([
    401,
    'application/problem+json; charset=utf-8',
    'Bearer realm="health-monitor"',
  ])
  expect(await missing.json()).toMatchObject({ detail: expect.stringContaining('Authorization: Bearer SECRET') })
  const other = await post(nurse)
  expect([other.status, other.headers.get('www-authenticate')]).toEqual([403, null])
  for (let n = 0; n < 10; n++) expect((await post(`guess-${n}`)).status).toBe(401)
  const slowed = await post('guess-10')
  expect([slowed.status, slowed.headers.get('retry-after')]).toEqual([429, '60'])
  expect((await post(phone)).status).toBe(200)
})
