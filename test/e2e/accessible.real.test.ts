// Every view of the page is checked by axe-core, in both languages and all colours, wide and narrow; and weighed.
import type { Browser, BrowserContextOptions, Page, Request } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { violationsOf } from './axe.ts'
import { launchChromium } from './browser.ts'
import { type Demo, startDemo } from './demo.ts'
import { patience } from './until.ts'

const wide = { width: 1440, height: 900 }
const narrow = { width: 360, height: 740 }
/** WCAG 2.2, 1.4.10: nobody shall have to scroll both ways at this width. */
const narrowest = { width: 320, height: 640 }
const kinds: [name: string, options: BrowserContextOptions][] = [
  ['light, wide', { viewport: wide, colorScheme: 'light' }],
  ['dark, narrow', { viewport: narrow, colorScheme: 'dark' }],
  ['high contrast, wide, Indonesian', { viewport: wide, contrast: 'more', locale: 'id-ID' }],
  ['forced colours, narrowest, Indonesian', { viewport: narrowest, forcedColors: 'active', locale: 'id-ID' }],
]

describe('the page for everyone', () => {
  let demo: Demo
  let browser: Browser
  beforeAll(async () => {
    demo = await startDemo()
    browser = await launchChromium()
    // So that there is something to acknowledge, and something that was dropped.
    for (const glucose_mgdl of [100, 45, 5]) {
      const body = JSON.stringify({ patient_id: 'p777', measured_at: new Date(), glucose_mgdl })
      const headers = { 'content-type': 'application/json' }
      await fetch(`${demo.ingest}/readings`, { method: 'POST', body, headers })
    }
    await vi.waitFor(async () => {
      const run = await demo.run('batch.ts')
      expect(run, run.stderr).toMatchObject({ code: 0 })
    }, patience)
  })
  afterAll(async () => {
    await browser?.close()
    await demo?.close()
  })

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
      await page.locator('.drops-head button').click()
      await page.locator('.dead-letters li').first().waitFor()
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

  test('who has only a keyboard finds a patient, acknowledges the alert and comes back, and sees where they are', async () => {
    const page = await (await browser.newContext({ viewport: wide, reducedMotion: 'reduce' })).newPage()
    await page.goto(demo.dashboard)
    await page.locator('.alert', { hasText: 'p777' }).waitFor()
    const focused = () =>
      page.evaluate<{ name: string; outline: string }>(
        `(({ outlineStyle, outlineWidth }, element) => ({
          name: element.getAttribute('aria-label') ?? element.textContent,
          outline: outlineStyle + outlineWidth,
        }))(getComputedStyle(document.activeElement), document.activeElement)`,
      )
    /** By Tab alone, as often as it takes. */
    const tabTo = async (selector: string) => {
      for (let stop = 0; stop < 100; stop++) {
        await page.keyboard.press('Tab')
        expect((await focused()).outline).not.toMatch(/^none|0px/)
        if (await page.evaluate<boolean>(`document.activeElement.matches(${JSON.stringify(selector)})`)) return
      }
      expect.fail(`no tab stop is ${selector}`)
    }
    await tabTo('[type="search"]')
    await page.keyboard.type('p777')
    await tabTo('.rows')
    await page.keyboard.press('Home')
    await page.keyboard.press('Enter')
    await vi.waitFor(async () => expect(await page.locator('.bedside h2').first().textContent()).toBe('p777'), patience)
    await tabTo('.alert button[aria-label*="p777"]')
    await page.keyboard.press('Enter')
    await page
      .getByText(/acknowledged by somebody/)
      .first()
      .waitFor()
    // Where motion is not wanted nothing moves by itself.
    expect(await page.evaluate<number>('document.getAnimations().length')).toBe(0)
    await page.context().close()
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
