// `docker compose up` as a person does it, on real Kafka and Redis, seen in a real Chromium.

import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { PatientRow } from '@health/api'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import {
  expectBatchFillsDaily,
  expectDropCounted,
  expectGraphMoves,
  expectPatients,
  expectStatusChange,
  launchChromium,
  type OpenedPage,
  openDashboard,
} from './browser.ts'
import { baseEnv, freePorts, root, runScript } from './processes.ts'
import { patience } from './until.ts'

const run = promisify(execFile)

describe('the compose stack', () => {
  const lake = mkdtempSync(join(tmpdir(), 'health-compose-lake-'))
  let env: Record<string, string> = {}
  let dashboard = ''
  let ingest = ''
  let browser: Browser
  let opened: OpenedPage

  /** A project of its own, beside one that may be running. */
  const compose = async (...args: string[]) =>
    (await run('docker', ['compose', ...args], { cwd: root, env: { ...baseEnv(), ...env }, maxBuffer: 2 ** 26 })).stdout

  beforeAll(async () => {
    const [web, http, mqtt, kafka, redis] = await freePorts(5)
    env = {
      COMPOSE_PROJECT_NAME: 'health-monitor-test',
      DASHBOARD_PORT: String(web),
      INGEST_PORT: String(http),
      MQTT_PORT: String(mqtt),
      KAFKA_PUBLISH_PORT: String(kafka),
      REDIS_PUBLISH_PORT: String(redis),
      COMPOSE_LAKE_DIR: lake,
    }
    dashboard = `http://localhost:${web}`
    ingest = `http://localhost:${http}`
    await compose('up', '--detach', '--wait', '--build')
    browser = await launchChromium()
    opened = await openDashboard(browser, dashboard)
  })
  afterAll(async () => {
    await browser?.close()
    await compose('down', '--volumes', '--timeout', '20')
    rmSync(lake, { recursive: true, force: true })
  })

  test('shows live patients, and the graph moves', async () => {
    await expectPatients(opened.page, 5)
    await expectGraphMoves(opened.page)
  })

  test('a batch run without Node on this machine fills Daily Analysis without a reload', () =>
    expectBatchFillsDaily(opened.page, async () => {
      const { days } = JSON.parse(await compose('run', '--rm', 'batch', '--json')) as { days: unknown[] }
      expect(days.length).toBeGreaterThan(0)
    }))

  test('`pnpm run batch` on this machine finds the running stack', async () => {
    const { code, stderr, stdout } = await runScript('batch.ts', ['--json'], env)
    expect(code, stderr).toBe(0)
    expect(stderr).toMatch(/compose/)
    expect(JSON.parse(stdout).days.length).toBeGreaterThan(0)
  })

  test('a dropped reading is counted with its reason', () => expectDropCounted(opened.page, dashboard, ingest))

  test('a status change appears as it happens', () => expectStatusChange(opened.page))

  test('three speed layers share the work', async () => {
    await compose('up', '--detach', '--wait', '--no-recreate', '--scale', 'speed-layer=3')
    const ids = Array.from({ length: 12 }, (_, i) => `scaled-${i}`)
    const body = JSON.stringify(ids.map((patient_id) => ({ patient_id, measured_at: Date.now(), glucose_mgdl: 100 })))
    const headers = { 'content-type': 'application/json' }
    expect((await fetch(`${ingest}/readings`, { method: 'POST', body, headers })).status).toBe(202)
    await vi.waitFor(async () => {
      const patients = (await (await fetch(`${dashboard}/api/patients`)).json()) as PatientRow[]
      expect(patients.map(({ patient_id }) => patient_id)).toEqual(expect.arrayContaining(ids))
    }, patience)
  })

  test('containers run without root, on file systems that cannot be written', async () => {
    const [container = ''] = (await compose('ps', '--quiet', 'csv-archiver')).trim().split('\n')
    const { stdout } = await run('docker', [
      'inspect',
      '--format',
      '{{.Config.User}} {{.HostConfig.ReadonlyRootfs}}',
      container,
    ])
    expect(stdout.trim()).toBe('node true')
  })

  test('nothing fails on the page, and it asks no other host', () => expect(opened.faults).toEqual([]))
})
