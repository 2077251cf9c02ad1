// The demo with tokens set: its own sensors get in, nobody else does without one, and no secret is ever printed.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectAsync } from 'mqtt'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type Demo, startDemo } from './demo.ts'
import { runScript } from './processes.ts'
import { patience } from './until.ts'

const device = 'device-cret-0123456789'
const nurse = 'nurse-cret-0123456789'
const stranger = 'stranger-cret-0123456789'
const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` })

describe('a demo with tokens', () => {
  const folder = mkdtempSync(join(tmpdir(), 'health-tokens-'))
  let demo: Demo
  beforeAll(async () => {
    writeFileSync(join(folder, 'tokens'), `# people\nnurse:read+acknowledge:${nurse}\n`)
    const tokens = { API_TOKENS: `device:ingest:${device}`, API_TOKENS_FILE: join(folder, 'tokens') }
    demo = await startDemo({ ...tokens, LOG_LEVEL: 'trace' })
  })
  afterAll(async () => {
    await demo.close()
    rmSync(folder, { recursive: true })
  })

  const post = (secret: string) =>
    fetch(`${demo.ingest}/readings`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...bearer(secret) },
      body: JSON.stringify({ patient_id: 'me', measured_at: Date.now(), glucose_mgdl: 104 }),
    })
  const signIn = (password: string) => {
    const options = { host: '127.0.0.1', port: demo.mqttPort, reconnectPeriod: 0, username: 'anyone', password }
    return connectAsync(options).then(
      (client) => client.endAsync(),
      (error: { code?: unknown }) => error.code,
    )
  }

  test('its simulated patients show to whom may read', async () => {
    const read = (secret: string) => fetch(`${demo.dashboard}/api/patients`, { headers: bearer(secret) })
    await vi.waitFor(async () => expect(await (await read(nurse)).json()).toHaveLength(5), patience)
    expect((await read(device)).status).toBe(403)
    expect((await read(stranger)).status).toBe(401)
  })

  test('takes readings from whom may send', async () => {
    expect([(await post(device)).status, (await post(nurse)).status, (await post(stranger)).status]).toEqual([
      202, 403, 401,
    ])
    expect([await signIn(device), await signIn(nurse), await signIn(stranger)]).toEqual([undefined, 5, 4])
  })

  test('answers for its health to anyone', async () => {
    for (const path of ['/healthz', '/readyz']) expect((await fetch(demo.dashboard + path)).status, path).toBe(200)
  })

  test('prints no secret, right or wrong, however much it logs', async () => {
    for (let n = 0; n < 12; n++) await Promise.all([post(`${stranger}${n}`), signIn(`${stranger}${n}`)])
    expect((await post(`${stranger}!`)).status).toBe(429)
    expect(await demo.interrupt()).toBe(0)
    expect(demo.printed()).toContain('Too many unknown tokens')
    expect(demo.printed()).toContain('"API_TOKENS":"***"')
    expect(demo.printed()).not.toMatch(/cret-/)
  })

  test('a wrong token stops the start without being printed', async () => {
    const run = await runScript('demo.ts', [], { ...demo.env, API_TOKENS: `device:sender:${device}` })
    expect([run.code, run.stderr]).toEqual([1, expect.stringContaining('in token 1 a role must be one of ingest')])
    expect(run.stdout + run.stderr).not.toContain(device)
  })

  test('tokens of which none may send stop the start, saying what to add for the simulator', async () => {
    const run = await runScript('demo.ts', [], { ...demo.env, API_TOKENS: '' })
    expect([run.code, run.stderr]).toEqual([1, expect.stringContaining('Add one like simulator:ingest:SECRET')])
  })
})
