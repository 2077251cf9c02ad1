// Scripts, markup and tricks in every text that could reach the page, in a real Chromium: all of it stays text.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connectAsync } from 'mqtt'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { launchChromium } from './browser.ts'
import { type Demo, startDemo } from './demo.ts'
import { freePorts } from './processes.ts'
import { patience } from './until.ts'
import { countForeign, openWatchedPage, type WatchedPage } from './watched-page.ts'

const texts = [
  '<script>canary()</script>',
  '<img src=x onerror=canary()>',
  '"><svg onload=canary()>',
  "' onclick=canary() x='",
  '<iframe srcdoc="<script>parent.canary()</script>">',
  'javascript:canary()',
  '</title><script>canary()</script>',
  '{{canary()}}',
  '\u202e\u2066p001\u2069 lamron',
  '__proto__',
  'constructor',
  'x'.repeat(2000),
]

describe('hostile text', () => {
  let demo: Demo
  let browser: Browser
  let watched: WatchedPage
  let page: Page
  beforeAll(async () => {
    const [mqttPort] = await freePorts(1)
    demo = await startDemo({ SIM_PATIENTS: '0', MQTT_PORT: String(mqttPort), ARCHIVE_ROLL_SECONDS: '1' })
    await post({ patient_id: 'honest', measured_at: Date.now(), glucose_mgdl: 47 })
    browser = await launchChromium()
    watched = await openWatchedPage(browser)
    page = watched.page
    await page.goto(demo.dashboard)
    await page.locator('[data-patient="honest"]').waitFor()
  })
  afterAll(async () => {
    await browser?.close()
    await demo?.close()
  })

  const post = async (reading: unknown): Promise<number> => {
    const headers = { 'content-type': 'application/json' }
    return (await fetch(`${demo.ingest}/readings`, { method: 'POST', headers, body: JSON.stringify(reading) })).status
  }

  /** Nothing ran, nothing had to be refused, nothing but text is there. */
  async function expectInert({ page, faults, violations }: WatchedPage): Promise<void> {
    // What runs, runs in a task after the one that put it there.
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => setTimeout(done)))')
    expect(await countForeign(page)).toBe(0)
    expect(faults).toEqual([])
    expect(violations).toEqual([])
    expect(await page.evaluate('Object.keys(Object.prototype)')).toEqual([])
  }

  test('in what is sent by HTTP: refused in an id, kept out of the page elsewhere', async () => {
    for (const text of texts) {
      const isName = /^[\w.-]{1,64}$/.test(text) && !text.startsWith('_')
      const reading = { measured_at: Date.now(), glucose_mgdl: 100 }
      for (const id of ['patient_id', 'sensor_id']) {
        const other = id === 'sensor_id' ? { patient_id: 'honest' } : {}
        expect(await post({ ...reading, ...other, [id]: text }), text).toBe(isName ? 202 : 400)
      }
      expect(await post({ ...reading, patient_id: 'honest', note: text, [text]: text }), text).toBe(202)
    }
    // A name like any other, though every object has one of that name.
    await page.locator('[data-patient="constructor"]').waitFor()
    expect(await page.locator('[data-patient]').count()).toBe(2)
    await expectInert(watched)
  })

  test('in what is sent by MQTT: counted as dropped, with reasons that are not taken from the text', async () => {
    const client = await connectAsync(`mqtt://127.0.0.1:${demo.env['MQTT_PORT']}`, { reconnectPeriod: 0 })
    const payloads = texts.flatMap((text) => [text, JSON.stringify(text), JSON.stringify({ [text]: text })])
    for (const payload of payloads) await client.publishAsync('health/data', payload, { qos: 1 })
    await client.endAsync()
    for (const text of texts) await publishOnce(`health/${text.replace(/[/+#]/g, '')}/data`)
    await vi.waitFor(
      async () =>
        expect(
          Number(/Dropped (\d+)/.exec((await page.locator('.dropped').textContent()) ?? '')?.[1]),
        ).toBeGreaterThanOrEqual(payloads.length),
      patience,
    )
    await expectInert(watched)
  })

  /** To a topic of another form the connection is closed. */
  async function publishOnce(topic: string): Promise<void> {
    const client = await connectAsync(`mqtt://127.0.0.1:${demo.env['MQTT_PORT']}`, { reconnectPeriod: 0 })
    client.on('error', () => undefined)
    const closed = new Promise((end) => client.once('close', () => end(null)))
    await Promise.race([client.publishAsync(topic, '{"glucose_mgdl":100}', { qos: 1 }).catch(() => undefined), closed])
    client.end(true)
  }

  test('in the address: shown as the name of nobody', async () => {
    for (const text of texts) {
      for (const hash of [text, encodeURIComponent(text)]) {
        await page.evaluate(`location.hash = ${JSON.stringify(`/${hash}`)}`)
        const shown = await page.evaluate<string>("location.hash.replace(/^#\\/?/, '')")
        await page.locator('.bedside-head h2').getByText(shown, { exact: true }).waitFor()
        if (shown !== 'constructor')
          expect(await page.locator('.banner').textContent()).toContain('There is no patient')
        await expectInert(watched)
      }
    }
    await page.evaluate("location.hash = '/honest'")
  })

  test('in the search: shown as what was searched for', async () => {
    for (const text of texts.filter((text) => text !== 'constructor')) {
      await page.getByRole('searchbox').fill(text)
      await page.getByText(`No patient matches “${text}”`).waitFor()
      await expectInert(watched)
    }
    await page.getByRole('searchbox').fill('')
  })

  test('in the name of a lake file: told as it is when the batch run fails', async () => {
    const day = join(demo.env['DATA_DIR'] ?? '', 'lake/raw/date=2026-11-25')
    mkdirSync(day, { recursive: true })
    const file = join(day, '<img src=x onerror=canary()>.csv')
    writeFileSync(file, '<script>canary()</script>')
    const run = await demo.run('batch.ts')
    expect(run.code, run.stderr + run.stdout).toBe(1)
    await page.locator('.batch-start').getByText('<img src=x onerror=canary()>').waitFor()
    await expectInert(watched)
    rmSync(file)
  })

  test('in an answer that is opened as a page: it is no page', async () => {
    const opened = await openWatchedPage(browser)
    for (const text of texts.slice(0, 7)) {
      const name = encodeURIComponent(text)
      for (const path of [
        `/${name}`,
        `/api/patients/${name}/live`,
        `/api/daily?from=${name}`,
        `/api/daily?${name}=1`,
      ]) {
        const answer = await opened.page.goto(demo.dashboard + path)
        const headers = answer?.headers() ?? {}
        expect(headers['content-type'], path).toMatch(/^application\/problem\+json/)
        expect(headers['x-content-type-options'], path).toBe('nosniff')
        await expectInert(opened)
      }
    }
  })

  test('in the words of the server itself: shown as they are', async () => {
    const opened = await openWatchedPage(browser)
    let text = ''
    await opened.page.routeWebSocket(/socket\.io/, (browserSide) => {
      browserSide.connectToServer().onMessage((message) => browserSide.send(withWords(String(message), text)))
    })
    for (text of texts) {
      await opened.page.goto('about:blank')
      await opened.page.goto(demo.dashboard)
      await vi.waitFor(async () => {
        expect(await opened.page.locator('.banner').textContent()).toContain(`why ${text} do ${text}`)
        expect(await opened.page.locator('.batch-start').textContent()).toContain(`batch ${text}`)
        expect(await opened.page.locator('.row-who').allTextContents()).toContain(text)
        expect(await opened.page.locator('.alert a').allTextContents()).toContain(text)
      }, patience)
      await opened.page.locator('.alert a').first().click()
      await expectInert(opened)
    }
  })

  test('and all the while nothing ran on the page', () => expectInert(watched))
})

/** What the server tells a browser, with `text` in the place of every name and every word of its own. */
function withWords(message: string, text: string): string {
  const at = new Date().toISOString()
  const problem = { part: 'log', message: `why ${text}`, next: `do ${text}`, since: at }
  const batch = { state: 'failed', started_at: at, message: `batch ${text}`, computed_at: null }
  return message
    .replaceAll('"honest"', () => JSON.stringify(text))
    .replaceAll('"UTC"', () => JSON.stringify(text))
    .replaceAll('"problems":[]', () => `"problems":[${JSON.stringify(problem)}]`)
    .replaceAll(/"batch":(null|{[^}]*})/g, () => `"batch":${JSON.stringify(batch)}`)
}
