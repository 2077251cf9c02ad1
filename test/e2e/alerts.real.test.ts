// Alerts in a real Chromium: raised, heard, acknowledged, snoozed, recovered; and the wall. On a demo without a simulator.

import { randomUUID } from 'node:crypto'
import type { AlertRow } from '@health/api'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { launchChromium, type OpenedPage, openDashboard } from './browser.ts'
import { type Demo, startDemo } from './demo.ts'
import { realBackend } from './real-backend.ts'
import { patience } from './until.ts'

const backends: [name: string, settings: () => Record<string, string>][] = [
  ['the embedded backends', () => ({})],
  ['Kafka and Redis', () => realBackend(10, `e2e-${randomUUID()}`)],
]

describe.each(backends)('alerts in Chromium, on %s', (_, settings) => {
  let demo: Demo
  let browser: Browser
  let opened: OpenedPage
  let page: Page
  beforeAll(async () => {
    demo = await startDemo({ SIM_PATIENTS: '0', ...settings() })
    browser = await launchChromium()
    await send('p001', 100)
    opened = await openDashboard(browser, demo.dashboard, listen)
    page = opened.page
    await page.getByRole('heading', { name: 'Alerts' }).waitFor()
  })
  afterAll(async () => {
    await browser?.close()
    await demo?.close()
  })

  async function send(patient_id: string, ...values: number[]): Promise<void> {
    for (const glucose_mgdl of values) {
      const body = JSON.stringify({ patient_id, measured_at: new Date(), glucose_mgdl })
      const headers = { 'content-type': 'application/json' }
      expect((await fetch(`${demo.ingest}/readings`, { method: 'POST', body, headers })).status).toBe(202)
    }
  }
  const alertOf = (patientId: string, what: string): Locator =>
    page.locator('.alert', { hasText: patientId }).filter({ hasText: what })
  const list = async (): Promise<AlertRow[]> =>
    (await (await fetch(`${demo.dashboard}/api/alerts`)).json()) as AlertRow[]
  const tones = () => page.evaluate<number>('heard.tones')
  const notified = () => page.evaluate<string[]>('heard.notifications')

  // As long as a finger or a key stays down: the sound that it woke must not be taken for one to be switched off.
  test.each([
    ['finger', () => page.mouse.down(), () => page.mouse.up()],
    ['key', () => page.keyboard.down('Space'), () => page.keyboard.up('Space')],
  ])(
    'say that they cannot be heard before the page was touched, and that they can once a %s did',
    async (_, press, release) => {
      await page.reload()
      const button = page.locator('.top .sound')
      await vi.waitFor(async () => expect(await button.textContent()).toBe('Touch for sound'), patience)
      await button.hover()
      await button.focus()
      await press()
      await vi.waitFor(async () => expect(await button.textContent()).toBe('Sound on'), patience)
      await release()
      await page.evaluate('new Promise(requestAnimationFrame)')
      expect(await button.textContent()).toBe('Sound on')
      await button.press('Space')
      await vi.waitFor(async () => expect(await button.textContent()).toBe('Sound off'), patience)
      await button.click()
      await vi.waitFor(async () => expect(await button.textContent()).toBe('Sound on'), patience)
      await page.locator('.alarm-controls summary').click()
      await page.getByRole('button', { name: 'Test' }).click()
      await page.getByText('Did you hear two tones?').waitFor()
      expect(await tones()).toBe(2)
    },
  )

  test('are shown, said and heard once for an excursion', async () => {
    await send('p001', 65, 64, 63)
    await alertOf('p001', 'glucose low').waitFor()
    await page.getByRole('alert').getByText('p001, glucose low').waitFor({ state: 'attached' })
    expect(await tones()).toBe(4)
    const expected = { patient_id: 'p001', state: 'raised', severity: 'warning', worst: 63 }
    await vi.waitFor(async () => expect(await list()).toMatchObject([expected]), patience)
    await alertOf('p001', 'glucose low').getByText('63').waitFor()
  })

  test('are acknowledged with a note, by a click; everybody sees who did', async () => {
    await page.getByLabel('Your name').fill('Ayu')
    const alert = alertOf('p001', 'glucose low')
    await alert.getByText('More').click()
    await alert.getByLabel('Note').fill('gave juice')
    await alert.getByRole('button', { name: /Acknowledge/ }).click()
    await alert
      .getByText(/acknowledged by Ayu: gave juice/)
      .first()
      .waitFor()
    expect(await list()).toMatchObject([{ state: 'acknowledged' }])
  })

  test('of a low are heard though a high of the same patient was acknowledged and snoozed', async () => {
    await send('p002', 260)
    const high = alertOf('p002', 'glucose very high')
    await high.getByText('More').click()
    await high.getByRole('button', { name: '60 min' }).click()
    await high.getByRole('button', { name: /Acknowledge/ }).click()
    await high
      .getByText(/acknowledged by Ayu/)
      .first()
      .waitFor()
    const before = await tones()
    await send('p002', 45)
    await alertOf('p002', 'glucose very low').waitFor()
    await vi.waitFor(async () => expect(await tones()).toBeGreaterThan(before), patience)
  })

  test('that are critical are heard again and again, until they are snoozed', async () => {
    const before = await tones()
    await vi.waitFor(async () => expect(await tones()).toBeGreaterThan(before), patience)
    const low = alertOf('p002', 'glucose very low')
    await low.getByText('More').click()
    await low.getByRole('button', { name: '15 min' }).click()
    await low
      .getByText(/snoozed until/)
      .first()
      .waitFor()
    const snoozed = await tones()
    // Longer than from one alarm to the next: nothing else tells that none comes.
    await page.waitForTimeout(11_000)
    expect(await tones()).toBe(snoozed)
  })

  test('that are critical stay when they are over, until somebody acknowledges them', async () => {
    await send('p002', 100, 101, 102, 103)
    const low = alertOf('p002', 'glucose very low')
    await vi.waitFor(async () => expect((await list()).map(({ state }) => state)).toContain('recovered'), patience)
    await low.getByRole('button', { name: /Acknowledge/ }).click()
    await page.locator('.alert-history').waitFor()
    expect((await list()).filter(({ patient_id, state }) => patient_id === 'p002' && state !== 'cleared')).toEqual([])
  })

  test('are notified of once for each change that matters, also after the page was loaded again', async () => {
    await vi.waitFor(async () => expect(await notified()).toHaveLength(3), patience)
    expect((await notified()).map((tag) => tag.split(':').slice(0, 3).join(':'))).toEqual([
      'p001:glucose:low',
      'p002:glucose:high',
      'p002:glucose:low',
    ])
    await page.reload()
    await alertOf('p001', 'glucose low').waitFor()
    await send('p001', 50)
    await vi.waitFor(
      async () => expect(await notified()).toEqual([expect.stringMatching(/^p001:glucose:low/)]),
      patience,
    )
  })

  test('stand on the wall beside their patient, gravest first', async () => {
    await page.getByRole('link', { name: 'Wall' }).click()
    await vi.waitFor(
      async () => expect(await page.locator('.tile-who').allTextContents()).toEqual(['p001', 'p002']),
      patience,
    )
    expect(await page.locator('.tile').first().textContent()).toMatch(/p001alert.*50.*CRITICAL LOW/)
    await page.getByRole('searchbox').fill('P002')
    await vi.waitFor(async () => expect(await page.locator('.tile-who').allTextContents()).toEqual(['p002']), patience)
    await page.locator('.tile').click()
    await page.getByRole('heading', { name: 'Alerts' }).waitFor()
  })

  test('and all the while nothing failed on the page', () => expect(opened.faults).toEqual([]))

  test('that the line stays dead is notified of as well', async () => {
    await demo.interrupt()
    await vi.waitFor(async () => expect(await notified()).toContain('silence'), patience)
  })
})

/** Counts the tones and notifications of the page, which nobody hears here. Runs in the page. */
const listen = `
  globalThis.heard = { tones: 0, notifications: [] }
  const scheduled = Object.getOwnPropertyDescriptor(AudioScheduledSourceNode.prototype, 'start').value
  AudioScheduledSourceNode.prototype.start = function (...when) {
    heard.tones++
    return scheduled.apply(this, when)
  }
  globalThis.Notification = class {
    static permission = 'granted'
    constructor(title, { tag }) {
      heard.notifications.push(tag)
    }
  }
`
