// Every view of the page is checked by axe-core, in both languages and all colours, wide and narrow; and weighed.
import axe, { type AxeResults } from 'axe-core'
import type { Browser, BrowserContextOptions, Page, Request } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { launchChromium } from './browser.ts'
import { type Demo, startDemo } from './demo.ts'
import { patience } from './until.ts'

/** WCAG 2.2 A and AA, and what axe-core counts as good practice. */
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

const wide = { width: 1440, height: 900 }
const narrow = { width: 360, height: 740 }
const kinds: [name: string, options: BrowserContextOptions][] = [
  ['light, wide', { viewport: wide, colorScheme: 'light' }],
  ['dark, narrow', { viewport: narrow, colorScheme: 'dark' }],
  ['high contrast, wide, Indonesian', { viewport: wide, contrast: 'more', locale: 'id-ID' }],
]

describe('the page for everyone', { timeout: 180_000 }, () => {
  let demo: Demo
  let browser: Browser
  beforeAll(async () => {
    demo = await startDemo()
    browser = await launchChromium()
    // So that there is something to acknowledge.
    for (const glucose_mgdl of [100, 45]) {
      const body = JSON.stringify({ patient_id: 'p777', measured_at: new Date(), glucose_mgdl })
      const headers = { 'content-type': 'application/json' }
      await fetch(`${demo.ingest}/readings`, { method: 'POST', body, headers })
    }
    await vi.waitFor(async () => {
      const run = await demo.run('batch.ts')
      expect(run, run.stderr).toMatchObject({ code: 0 })
    }, patience)
  }, 180_000)
  afterAll(async () => {
    await browser?.close()
    await demo?.close()
  })

  async function violationsOf(page: Page): Promise<string[]> {
    await page.evaluate(axe.source)
    const { violations } = await page.evaluate<AxeResults>(
      `axe.run({ runOnly: ${JSON.stringify(rules)}, resultTypes: ['violations'] })`,
    )
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')} ${failureSummary}`),
    )
  }

  describe.each(kinds)('%s', (_, options) => {
    let page: Page
    beforeAll(async () => {
      page = await (await browser.newContext(options)).newPage()
      await page.goto(demo.dashboard)
      await page.locator('[data-patient]').first().waitFor()
      await page.locator('.alert').first().waitFor()
    })
    afterAll(() => page.context().close())

    test('the bedside with everything that can be opened, open', async () => {
      expect(await violationsOf(page)).toEqual([])
      for (const details of await page.locator('details:not([open]) > summary').all()) {
        if (await details.isVisible()) await details.click()
      }
      expect(await violationsOf(page)).toEqual([])
    })

    test('the wall', async () => {
      await page.goto(`${demo.dashboard}#wall`)
      await page.locator('.tile').first().waitFor()
      expect(await violationsOf(page)).toEqual([])
    })

    test('nothing is wider than the screen', async () => {
      await page.goto(`${demo.dashboard}#/p777`)
      await page.locator('.bedside').waitFor()
      const widths = await page.evaluate<number[]>('[document.documentElement.scrollWidth, innerWidth]')
      expect(widths[0]).toBeLessThanOrEqual(widths[1] ?? 0)
    })
  })

  test('a first load is less than 300 kB', async () => {
    const page = await (await browser.newContext()).newPage()
    const finished: Request[] = []
    page.on('requestfinished', (request) => finished.push(request))
    await page.goto(demo.dashboard)
    await page.locator('[data-patient]').first().waitFor()
    const sizes = await Promise.all(finished.map((request) => request.sizes()))
    const total = sizes.reduce(
      (sum, { responseBodySize, responseHeadersSize }) => sum + responseBodySize + responseHeadersSize,
      0,
    )
    expect(total).toBeGreaterThan(10_000)
    expect(total).toBeLessThan(300_000)
  })
})
