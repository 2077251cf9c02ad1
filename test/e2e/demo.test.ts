// The demo, with nothing but Node: what a stranger types, and what comes of it.

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { PatientRow } from '@health/api'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type Demo, startDemo } from './demo.ts'
import { runScript } from './processes.ts'
import { patience } from './until.ts'

describe('the demo', () => {
  let demo: Demo
  beforeAll(async () => {
    demo = await startDemo()
  })
  afterAll(() => demo.close())

  test('says where the dashboard is, and shows live patients with statuses there', async () => {
    const page = await fetch(demo.dashboard)
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    await vi.waitFor(async () => {
      const patients = (await (await fetch(`${demo.dashboard}/api/patients`)).json()) as PatientRow[]
      expect(patients).toHaveLength(5)
      expect(patients.every(({ stale }) => !stale)).toBe(true)
    }, patience)
  })

  test('answers for its health and metrics on the dashboard’s port', async () => {
    for (const path of ['/healthz', '/readyz']) expect((await fetch(demo.dashboard + path)).status, path).toBe(200)
    expect(await (await fetch(`${demo.dashboard}/metrics`)).text()).toMatch(
      /^speed_records_total\{.*service="speed-layer"/m,
    )
  })

  test('takes a batch run from another terminal, which prints a table', async () => {
    await vi.waitFor(async () => {
      const run = await demo.run('batch.ts')
      expect(run, run.stderr).toMatchObject({ code: 0 })
      expect(run.stdout).toMatch(/p001/)
    }, patience)
    const days = await (await fetch(`${demo.dashboard}/api/daily`)).json()
    expect(days).toMatchObject([{ computed_at: expect.any(String) }])
  })

  test('refuses a second demo in the same folder, and says how to have one', async () => {
    const second = await runScript('demo.ts', [], demo.env)
    expect(second.code).toBe(1)
    expect(second.stderr).toContain('Another demo runs on DATA_DIR')
  })

  test('names every wrong setting, and starts nothing', async () => {
    const wrong = { ...demo.env, DASHBOARD_PORT: 'x', DAY_TIME_ZONE: 'Mars', SIM_PATIENTS: '-1' }
    const run = await runScript('demo.ts', [], wrong)
    expect(run.code).toBe(1)
    expect(run.stderr).toContain('DASHBOARD_PORT is "x", but must be a whole number from 0 to 65535')
  })

  test('keeps its lake from being set aside while it runs', async () => {
    const run = await demo.run('init.ts', '--lake', '--yes')
    expect([run.code, run.stderr]).toEqual([1, expect.stringContaining('Stop the demo (Ctrl-C)')])
  })

  test('ends with Ctrl-C, cleanly', async () => {
    expect(await demo.interrupt()).toBe(0)
  })

  test('its lake can be set aside then, and nothing of it is deleted', async () => {
    const lake = join(demo.env['DATA_DIR'] ?? '', 'lake')
    const before = readdirSync(join(lake, 'raw'))
    expect(await demo.run('init.ts', '--lake', '--yes')).toMatchObject({ code: 0 })
    const [aside = '', ...others] = readdirSync(lake)
    expect([aside, others]).toEqual([expect.stringMatching(/^raw\.\d{14}$/), []])
    expect(readdirSync(join(lake, aside))).toEqual(before)
  })
})

test('a batch run on an empty lake says what to start and how long to wait', async () => {
  const run = await runScript('batch.ts', [], { DATA_DIR: '/tmp/health-no-such-folder' })
  expect(run.code).toBe(1)
  expect(run.stderr).toMatch(/no records[\s\S]*pnpm demo/)
})
