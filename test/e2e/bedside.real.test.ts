// The rest of the page in a real Chromium: spans, pause and zoom, what was dropped, the pipeline made visible, language and unit.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { launchChromium, type OpenedPage, openDashboard } from './browser.ts'
import { type Demo, startDemo } from './demo.ts'
import { patience } from './until.ts'

const minuteMs = 60_000

describe('the page in Chromium', () => {
  let demo: Demo
  let browser: Browser
  let opened: OpenedPage
  let page: Page
  beforeAll(async () => {
    demo = await startDemo({ SIM_PATIENTS: '1' })
    browser = await launchChromium()
    const now = Date.now()
    // A sensor of five minutes that was silent for half an hour, and a device that sends what is no measurement.
    for (let ago = 120; ago >= 0; ago -= 5) if (ago < 40 || ago > 70) await send('slow', 60, now - ago * minuteMs)
    await send('slow', 5, now)
    opened = await openDashboard(browser, `${demo.dashboard}#/slow`)
    page = opened.page
    await page.locator('.graph').waitFor()
  })
  afterAll(async () => {
    await browser?.close()
    await demo?.close()
  })

  async function send(patient_id: string, glucose_mgdl: number, measured_at: number, pulse = 120): Promise<void> {
    const body = JSON.stringify({ patient_id, measured_at, glucose_mgdl, heart_rate_bpm: pulse })
    const headers = { 'content-type': 'application/json' }
    expect((await fetch(`${demo.ingest}/readings`, { method: 'POST', body, headers })).status).toBe(202)
  }
  const heading = () => page.locator('#graph-heading').textContent()

  test('a patient who is measured every five minutes opens on three hours, with a table behind the graph', async () => {
    await vi.waitFor(async () => expect(await heading()).toContain('last 3 hours'), patience)
    await page.getByText('Values as a table').click()
    await vi.waitFor(
      async () => expect(await page.locator('.reading-table tbody tr').count()).toBeGreaterThan(15),
      patience,
    )
  })

  test('who chooses another span keeps it, for this patient', async () => {
    await page.getByText('12 h', { exact: true }).click()
    await vi.waitFor(async () => expect(await heading()).toContain('last 12 hours'), patience)
    await page.locator('[data-patient="p001"]').click()
    await vi.waitFor(async () => expect(await heading()).toContain('p001 last 60 seconds'), patience)
    await page.locator('[data-patient="slow"]').click()
    await vi.waitFor(async () => expect(await heading()).toContain('slow last 12 hours'), patience)
  })

  test('zooming by keys pauses, what comes meanwhile is counted, and Escape goes on', async () => {
    await page.locator('.graph [role="application"]').focus()
    await page.keyboard.press('+')
    await vi.waitFor(async () => expect(await page.locator('.paused').textContent()).toContain('paused'), patience)
    await send('slow', 61, Date.now())
    await vi.waitFor(async () => expect(await page.locator('.paused').textContent()).toBe('paused – 1 new'), patience)
    await page.keyboard.press('Escape')
    await vi.waitFor(async () => expect(await page.locator('.paused').textContent()).toBe(''), patience)
  })

  test('what was dropped stands in the live graph and its table with the reason, also for who comes later', async () => {
    await send('p001', 100, Date.now(), -5)
    await page.locator('[data-patient="p001"]').click()
    await page.getByText('Values as a table').click()
    const dropped = page.locator('.reading-table td', { hasText: 'dropped: impossible heart rate' })
    await dropped.first().waitFor()
    await page.locator('.legend .of-dropped').waitFor()
    const before = await dropped.count()
    await send('p001', 100, Date.now(), -5)
    await vi.waitFor(async () => expect(await dropped.count()).toBeGreaterThan(before), patience)
    await page.locator('[data-patient="slow"]').click()
  })

  test('a low with a fast pulse is called out', () => page.getByText('Low with fast pulse').waitFor())

  test('the pipeline shows every hop with what it does, and who answers for what', async () => {
    const names = await page.locator('.hop-name').allTextContents()
    expect(names).toEqual(
      expect.arrayContaining(['Sensors', 'kafka-bridge', 'Log', 'speed-layer', 'csv-archiver', 'Browsers']),
    )
    await vi.waitFor(async () => {
      const counts = (await page.locator('.merge .count').allTextContents()).map((text) =>
        Number(text.replaceAll(',', '')),
      )
      const [batch = 0, speed = 0, served = 0] = counts
      expect(speed).toBeGreaterThan(0)
      expect(batch + speed).toBe(served)
    }, patience)
  })

  test('a batch run is started by its button, and answers for what the speed layer did', async () => {
    await page.getByRole('button', { name: 'Start a batch run' }).click()
    await page
      .locator('.daily')
      .getByText(/computed/)
      .waitFor()
    const ofBatch = async () => Number((await page.locator('.merge .count').first().textContent())?.replaceAll(',', ''))
    await vi.waitFor(async () => expect(await ofBatch()).toBeGreaterThan(0), patience)
  })

  test('a dead letter can be looked into, with its bytes', async () => {
    await page.getByRole('button', { name: 'Look into dead letters' }).click()
    const letter = page.locator('.dead-letters details', { hasText: '"glucose_mgdl":5,' })
    await letter.locator('summary').click()
    await letter.locator('pre').waitFor()
    await page.getByRole('button', { name: 'Close dead letters' }).click()
  })

  test('in mmol/L every glucose value is one, and in Indonesian every word', async () => {
    await page.getByLabel('Unit').selectOption('mmol/L')
    await vi.waitFor(
      async () => expect(await page.locator('.bedside .glucose').textContent()).toMatch(/3\.4.*mmol\/L/),
      patience,
    )
    expect(await page.locator('main').textContent()).not.toContain('mg/dL')
    await page.getByLabel('Language').selectOption('id')
    await vi.waitFor(async () => expect(await page.locator('html').getAttribute('lang')).toBe('id'), patience)
    await vi.waitFor(
      async () => expect(await page.locator('.bedside .glucose').textContent()).toMatch(/3,4.*mmol\/L/),
      patience,
    )
    expect(await page.locator('main').textContent()).toContain('Analisis Harian')
  })

  test('and all the while nothing failed on the page', () => expect(opened.faults).toEqual([]))
})
