// A real Chromium on the dashboard, and what a person must see there, whichever backend is behind it.
import type { PatientRow } from '@health/api'
import { type Browser, chromium, type Page } from 'playwright-core'
import { expect, vi } from 'vitest'
import { patience } from './until.ts'

/** Every status occurs within two minutes of a default demo. */
const untilStatusChanges = { timeout: 150_000, interval: 250 }

export interface OpenedPage {
  page: Page
  /** Errors on the page, and requests to other hosts: there must be none. */
  faults: string[]
  close(): Promise<void>
}

export const launchChromium = (): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-sync'],
  })

/** Opens the dashboard at desktop width; `before` runs in the page before its own script does. */
export async function openDashboard(browser: Browser, dashboard: string, before = ''): Promise<OpenedPage> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  const page = await context.newPage()
  await page.addInitScript(before)
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text())
  })
  const { host } = new URL(dashboard)
  page.on('request', (request) => {
    const url = new URL(request.url())
    if (url.protocol !== 'data:' && url.host !== host) faults.push(`a request to ${url.host}`)
  })
  await page.goto(dashboard)
  return { page, faults, close: () => context.close() }
}

/** Patients are listed, gravest first, each with its status in words. */
export async function expectPatients(page: Page, count: number): Promise<void> {
  await vi.waitFor(async () => expect(await page.locator('[data-patient]').count()).toBe(count), patience)
  const rows = await page.locator('[data-patient] .row-what').allInnerTexts()
  for (const row of rows) expect(row).toMatch(/CRITICAL LOW|CRITICAL HIGH|WARNING|NORMAL|STALE/)
}

/** The graph holds readings and is drawn anew as time goes on. */
export async function expectGraphMoves(page: Page): Promise<void> {
  const picture = () => page.evaluate<string>("document.querySelector('.graph canvas').toDataURL()")
  await vi.waitFor(async () => expect(await page.locator('.graph-empty').count()).toBe(0), patience)
  const before = await picture()
  await vi.waitFor(async () => expect(await picture()).not.toBe(before), patience)
}

export async function expectStatusChange(page: Page): Promise<void> {
  await vi.waitFor(async () => expect(await page.locator('.alert').count()).toBeGreaterThan(0), untilStatusChanges)
}

/** `runBatch` fills Daily Analysis, while the page stays as it is: no reload. */
export async function expectBatchFillsDaily(page: Page, runBatch: () => Promise<void>): Promise<void> {
  await vi.waitFor(async () => expect(await page.locator('.daily').textContent()).toContain('pnpm run batch'), patience)
  await page.evaluate("document.documentElement.dataset.mark = 'of this load'")
  await runBatch()
  await vi.waitFor(async () => {
    const text = await page.locator('.daily').textContent()
    expect(text).toMatch(/computed/)
    for (const figure of ['average', 'minimum', 'maximum', 'total records']) expect(text).toContain(figure)
  }, patience)
  expect(await page.locator('html').getAttribute('data-mark')).toBe('of this load')
}

/** A dropped reading is counted on the page, with its reason; its patient is not listed. */
export async function expectDropCounted(page: Page, dashboard: string, ingest: string): Promise<void> {
  const body = JSON.stringify({ patient_id: 'never-listed', measured_at: Date.now(), heart_rate_bpm: -5 })
  const headers = { 'content-type': 'application/json' }
  expect((await fetch(`${ingest}/readings`, { method: 'POST', body, headers })).status).toBe(202)
  await vi.waitFor(
    async () => expect(await page.locator('.dropped').textContent()).toMatch(/impossible heart rate \d/),
    patience,
  )
  const patients = (await (await fetch(`${dashboard}/api/patients`)).json()) as PatientRow[]
  expect(patients.map(({ patient_id }) => patient_id)).not.toContain('never-listed')
}
