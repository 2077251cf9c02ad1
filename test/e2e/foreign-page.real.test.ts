// What Chromium refuses for the page's policy, and what a page of another origin cannot do: it can neither read answers, nor
// listen, nor send readings, nor frame the page, nor come in by another name.

import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { PipelineRow } from '@health/api'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { launchChromium } from './browser.ts'
import { type Demo, startDemo } from './demo.ts'
import { patience } from './until.ts'
import { countForeign, openWatchedPage, type WatchedPage } from './watched-page.ts'

/** A site of somebody else, on another port of this machine; it remembers what it was asked for. */
async function startForeignSite() {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>Elsewhere</title><body></body>')
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url, asked, close: () => server.close() }
}

describe('a page of another origin', () => {
  let demo: Demo
  let foreign: Awaited<ReturnType<typeof startForeignSite>>
  let browser: Browser
  /** The same addresses by number, so that not even the site differs. */
  let dashboard = ''
  let ingest = ''
  beforeAll(async () => {
    demo = await startDemo({ SIM_PATIENTS: '0' })
    dashboard = demo.dashboard.replace('localhost', '127.0.0.1')
    ingest = demo.ingest.replace('localhost', '127.0.0.1')
    foreign = await startForeignSite()
    browser = await launchChromium()
  })
  afterAll(async () => {
    await browser?.close()
    foreign?.close()
    await demo?.close()
  })

  const reading = (patientId: string) =>
    JSON.stringify({ patient_id: patientId, measured_at: Date.now(), glucose_mgdl: 100 })
  const open = async (url: string): Promise<WatchedPage> => {
    const opened = await openWatchedPage(browser)
    await opened.page.goto(url)
    return opened
  }
  /** What a script on `page` gets; `refused` when it gets nothing. */
  const attempt = ({ page }: WatchedPage, script: string) =>
    page.evaluate<unknown>(`(async () => { ${script} })().catch(() => 'refused')`)

  test('every answer carries the headers that forbid it', async () => {
    const html = await (await fetch(dashboard)).text()
    const [script = ''] = /\/assets\/[^"]+\.js/.exec(html) ?? []
    for (const path of ['/', script, '/api/patients', '/api/nothing', '/healthz']) {
      const { headers } = await fetch(dashboard + path)
      expect(headers.get('x-content-type-options'), path).toBe('nosniff')
      const policy = headers.get('content-security-policy') ?? ''
      for (const rule of [
        "default-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'none'",
      ]) {
        expect(policy, path).toContain(rule)
      }
      expect(policy).not.toMatch(/unsafe|\*/)
      expect(headers.get('referrer-policy'), path).toBe('no-referrer')
      expect(headers.get('x-frame-options'), path).toBe('DENY')
      expect(headers.get('cross-origin-resource-policy'), path).toBe('same-origin')
      expect(headers.get('access-control-allow-origin'), path).toBeNull()
      expect(headers.get('x-powered-by'), path).toBeNull()
    }
  })

  test('the page itself breaks no rule of its policy, and Chromium refuses whatever would', async () => {
    const opened = await open(dashboard)
    const { page, violations, faults } = opened
    await page.locator('.connection[data-state="live"]').waitFor()
    expect(await countForeign(page)).toBe(0)
    expect(violations).toEqual([])

    const breaches: [string, string][] = [
      [
        'script-src-elem',
        "const script = document.createElement('script'); script.text = 'canary()'; document.body.append(script)",
      ],
      [
        'script-src-attr',
        "document.body.insertAdjacentHTML('beforeend', '<p onclick=canary()>'); document.body.lastChild.click()",
      ],
      [
        'script-src-elem',
        `const script = document.createElement('script'); script.src = '${foreign.url}/script.js'; document.body.append(script)`,
      ],
      ['script-src', "setTimeout('canary()')"],
      ['img-src', `new Image().src = '${foreign.url}/image.png'`],
      [
        'style-src-elem',
        "document.head.append(Object.assign(document.createElement('style'), { textContent: 'p { color: red }' }))",
      ],
      ['connect-src', `fetch('${foreign.url}/told').catch(() => undefined)`],
      [
        'frame-src',
        `document.body.append(Object.assign(document.createElement('iframe'), { src: '${foreign.url}/frame' }))`,
      ],
      ['base-uri', `document.head.append(Object.assign(document.createElement('base'), { href: '${foreign.url}' }))`],
      [
        'form-action',
        `const form = Object.assign(document.createElement('form'), { action: '${foreign.url}/form' }); document.body.append(form); form.submit()`,
      ],
    ]
    for (const [directive, breach] of breaches) {
      violations.length = 0
      await page.evaluate(`void (() => { ${breach} })()`)
      await vi.waitFor(() => expect(violations, breach).toContain(directive), patience)
    }
    expect(faults).toEqual([])
    expect(foreign.asked).toEqual([])
    // And what watches would have seen it.
    expect(await countForeign(page)).toBeGreaterThan(0)
    await page.evaluate('canary()')
    expect(faults).toEqual(['hostile text ran'])
  })

  test('cannot frame it', async () => {
    const { page } = await open(foreign.url)
    await page.evaluate(
      `document.body.append(Object.assign(document.createElement('iframe'), { src: '${dashboard}/' }))`,
    )
    await vi.waitFor(() => expect(page.frames()[1]?.url()).toMatch(/^chrome-error:/), patience)
    expect(await page.frames()[1]?.locator('#page').count()).toBe(0)
  })

  test('cannot read answers', async () => {
    const elsewhere = await open(foreign.url)
    const here = await open(dashboard)
    for (const path of ['/api/patients', '/api/pipeline', '/metrics', '/socket.io/?EIO=4&transport=polling']) {
      const ask = (options: string) => `return (await fetch('${dashboard}${path}', ${options})).text()`
      expect(await attempt(here, ask('{}')), path).not.toBe('refused')
      expect(await attempt(elsewhere, ask('{}')), path).toBe('refused')
      expect(await attempt(elsewhere, ask("{ credentials: 'include' }")), path).toBe('refused')
      // Where Chromium lets the request pass, it shows nothing of the answer.
      expect(await attempt(elsewhere, ask("{ mode: 'no-cors' }")), path).toBeOneOf(['refused', ''])
    }
  })

  test('cannot listen', async () => {
    const listen = `return new Promise((done) => {
      const socket = new WebSocket('${dashboard.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket')
      socket.onmessage = ({ data }) => done(data)
      socket.onclose = () => done('refused')
    })`
    expect(await attempt(await open(dashboard), listen)).toMatch(/^0{"sid"/)
    expect(await attempt(await open(foreign.url), listen)).toBe('refused')
  })

  test('cannot send readings, nor start a batch run', async () => {
    const elsewhere = await open(foreign.url)
    const send = (mode: string, type: string) =>
      `return (await fetch('${ingest}/readings', { method: 'POST', mode: '${mode}', headers: { 'content-type': '${type}' }, body: '${reading('intruder')}' })).status`
    expect(await attempt(elsewhere, send('cors', 'application/json'))).toBe('refused')
    expect(await attempt(elsewhere, send('cors', 'text/plain'))).toBe('refused')
    // Sent, and without a status that a page may see.
    expect(await attempt(elsewhere, send('no-cors', 'text/plain'))).toBe(0)
    await attempt(elsewhere, `return navigator.sendBeacon('${ingest}/readings', '${reading('intruder')}')`)
    await attempt(elsewhere, `await fetch('${dashboard}/api/batch', { method: 'POST', mode: 'no-cors' })`)
    const [answer] = await Promise.all([
      elsewhere.page.waitForResponse(`${ingest}/readings`),
      elsewhere.page.evaluate(`void (() => {
        const form = Object.assign(document.createElement('form'), { action: '${ingest}/readings', method: 'post', enctype: 'text/plain' })
        const field = Object.assign(document.createElement('input'), { name: '{"patient_id":"intruder","measured_at":1764000000,"glucose_mgdl":100,"x":"', value: '"}' })
        form.append(field)
        document.body.append(form)
        form.submit()
      })()`),
    ])
    expect(answer.status()).toBe(403)

    // What a device sends is the first record that the log has.
    const headers = { 'content-type': 'application/json' }
    expect((await fetch(`${ingest}/readings`, { method: 'POST', headers, body: reading('device') })).status).toBe(202)
    await vi.waitFor(async () => {
      const { log, batch } = (await (await fetch(`${dashboard}/api/pipeline`)).json()) as PipelineRow
      expect([log.records, batch]).toEqual([1, null])
    }, patience)
  })

  test('cannot come in by a name that was made to point here', async () => {
    const port = new URL(dashboard).port
    // Every name under localhost is this machine, to Chromium.
    const { page } = await openWatchedPage(browser)
    const answer = await page.goto(`http://rebound.localhost:${port}/`)
    expect(answer?.status()).toBe(403)
    expect(await page.locator('#page').count()).toBe(0)
    for (const host of ['rebound.example', `rebound.example:${port}`, '127.0.0.1.example', 'localhost.']) {
      for (const path of ['/', '/api/patients', '/metrics', '/socket.io/?EIO=4&transport=polling']) {
        expect([host, path, await statusAs(Number(port), path, { host })]).toEqual([host, path, 403])
      }
    }
  })
})

/** The status for headers that `fetch` would not send. */
const statusAs = (port: number, path: string, headers: Record<string, string>): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    request({ port, path, headers, host: '127.0.0.1' }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
      .on('error', reject)
      .end()
  })
