// The page in a real Chromium while a thousand patients send once a second: how soon is it there, and does it stay smooth?

import assert from 'node:assert/strict'
import type { PatientRow } from '@health/api'
import type { Browser, Request } from 'playwright-core'
import { launchChromium } from '../../e2e/browser.ts'
import { until } from '../../e2e/until.ts'
import { percentile, sum } from '../statistics.ts'
import { whileRunning } from './follow.ts'
import type { Bench, Figures, Work } from './work.ts'

const viewport = { width: 1440, height: 900 }
/** For as long as it takes until every patient is known and the page is open. */
const marginSeconds = 30

export const pageWork: Work = {
  name: 'page',
  prepare: async (bench) => [
    { name: 'wall', run: () => showPage(bench, `${bench.system.dashboard}/#wall`, '.tile') },
    { name: 'bedside', run: () => showPage(bench, `${bench.system.dashboard}/`, '.bedside .graph') },
    // What the browser itself does beside the same load.
    { name: 'empty page', run: () => showPage(bench, 'about:blank', 'body') },
  ],
}

async function showPage({ system, sizes }: Bench, url: string, selector: string): Promise<Figures> {
  const { fanOutPatients: patients, warmUpSeconds, liveSeconds } = sizes
  const topic = system.newTopic()
  await system.emptyRedis()
  const names = ['kafka-bridge', 'speed-layer', 'dashboard-server'] as const
  const services = names.map((name) => system.startService(name, topic))
  return whileRunning(services, async () => {
    await Promise.all(services.map((service) => service.ready()))
    const seconds = warmUpSeconds + liveSeconds + marginSeconds
    const sender = system.startLoad('post-paced', system.ingest, patients, seconds, patients)
    return whileRunning([sender], async () => {
      await until(async () => {
        const rows = (await (await fetch(`${system.dashboard}/api/patients`)).json()) as PatientRow[]
        if (rows.length < patients) throw new Error(`${rows.length} of ${patients} patients`)
      })
      const browser = await launchChromium()
      try {
        return await measurePage(browser, url, selector, { warmUpSeconds, liveSeconds })
      } finally {
        await browser.close()
      }
    })
  })
}

async function measurePage(
  browser: Browser,
  url: string,
  selector: string,
  { warmUpSeconds, liveSeconds }: { warmUpSeconds: number; liveSeconds: number },
): Promise<Figures> {
  const page = await (await browser.newContext({ viewport })).newPage()
  const loaded: Request[] = []
  page.on('requestfinished', (request) => loaded.push(request))
  await page.addInitScript(noteInteractive(selector))
  await page.goto(url)
  // The page's policy lets nobody wait inside of it for a condition.
  await until(async () => assert.ok(await page.evaluate('globalThis.interactiveMs')))
  const interactiveMs = await page.evaluate<number>('interactiveMs')
  const sizes = await Promise.all(loaded.map((request) => request.sizes()))
  await page.waitForTimeout(warmUpSeconds * 1000)
  const frames = (await page.evaluate<number[]>(collectFrames(liveSeconds * 1000))).map((ms) => ms / 1000)
  const sorted = Float64Array.from(frames).sort()
  return {
    interactiveSeconds: interactiveMs / 1000,
    loadedBytes: sum(sizes.map(({ responseBodySize, responseHeadersSize }) => responseBodySize + responseHeadersSize)),
    frames: sorted.length,
    frameP50: percentile(sorted, 50),
    frameP99: percentile(sorted, 99),
    longestFrame: percentile(sorted, 100),
  }
}

// Both run in the page.

/** When what it waits for had been drawn and the page had nothing else to do, ms since it was asked for. */
const noteInteractive = (selector: string): string => `
  const look = () => {
    if (document.querySelector(${JSON.stringify(selector)}) === null) return
    observer.disconnect()
    requestAnimationFrame(() => setTimeout(() => { globalThis.interactiveMs = performance.now() }))
  }
  const observer = new MutationObserver(look)
  observer.observe(document, { childList: true, subtree: true })
  addEventListener('DOMContentLoaded', look)
`

/** The times from each frame to the next, ms. */
const collectFrames = (ms: number): string => `
  new Promise((resolve) => {
    const frames = []
    let last = performance.now()
    const end = last + ${ms}
    requestAnimationFrame(function next(now) {
      frames.push(now - last)
      last = now
      if (now < end) requestAnimationFrame(next)
      else resolve(frames)
    })
  })
`
