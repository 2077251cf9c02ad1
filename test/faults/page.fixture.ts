// What a person sees of the state of things on the page, in a real Chromium: the header, the banner, and which numbers look old.
import { expect, vi } from 'vitest'
import { launchChromium, openDashboard } from '../e2e/browser.ts'
import { patience } from '../e2e/until.ts'
import type { Uploader } from './uploader.ts'

export interface Trouble {
  /** The state in the header. */
  header: string
  says: RegExp
  /** What to do about it. */
  next: RegExp
}

export interface SeenPage {
  /** The banner tells this and nothing else, and since when it is so. */
  expectTrouble(trouble: Trouble): Promise<void>
  /** Every number of these patients looks old. */
  expectOld(...patientIds: string[]): Promise<void>
  expectNew(...patientIds: string[]): Promise<void>
  /** Nothing is wrong, every number is new, and no reading of p1 that was acknowledged is missing from the graph. */
  expectAllWell(): Promise<void>
  /** The text of one part of the page comes to match. */
  expectText(part: string, text: RegExp): Promise<void>
  header(): Promise<string | null>
  runBatch(): Promise<void>
  setOffline(offline: boolean): Promise<void>
  close(): Promise<void>
}

const sinceWhen = /since \d\d:\d\d|for \d+ s|\d+ s behind/i
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })
/** Of the minute that the graph shows: its ends move while one looks. */
const looked = { fromMs: 40_000, toMs: 3_000 }

/** Opens the page on p1; all that is seen of `patientIds` comes from the uploader. */
export async function seePage(dashboard: string, patientIds: readonly string[], uploader: Uploader): Promise<SeenPage> {
  const browser = await launchChromium()
  const { page } = await openDashboard(browser, `${dashboard}/#/p1`)
  const waitFor = (check: () => Promise<void>) => vi.waitFor(check, patience)
  const banner = () => page.locator('.banner p').allTextContents()
  const header = () => page.locator('.connection [role="status"]').textContent()
  /** In the list, and at the bedside. */
  const numbers = (patientId: string, which = '') => {
    const places = [`[data-patient="${patientId}"]`, `.bedside-head:has(h2:text-is("${patientId}"))`]
    return page.locator(places.map((place) => `${place} .number${which}`).join()).count()
  }
  const newNumbers = (patientId: string) => numbers(patientId, ':not([data-tone="stale"])')

  const expectNew = (...ids: string[]) =>
    waitFor(async () => {
      for (const id of ids) {
        const all = await numbers(id)
        expect(all).toBeGreaterThan(0)
        expect(await newNumbers(id)).toBe(all)
      }
    })

  await waitFor(async () => expect(await page.locator('[data-patient]').count()).toBe(patientIds.length))
  await page.locator('.reading-table summary').click()
  // Over the graph it would pause.
  await page.mouse.move(0, 0)

  return {
    async expectTrouble({ says, next, ...wanted }) {
      await waitFor(async () => {
        expect(await banner()).toEqual([expect.stringMatching(says)])
        expect(await header()).toBe(wanted.header)
      })
      const [text] = await banner()
      expect(text).toMatch(sinceWhen)
      expect(text).toMatch(next)
    },
    expectOld: (...ids) =>
      waitFor(async () => {
        for (const id of ids) {
          expect(await newNumbers(id)).toBe(0)
          expect(await numbers(id)).toBeGreaterThan(0)
        }
      }),
    expectNew,
    async expectAllWell() {
      await waitFor(async () => {
        expect(await banner()).toEqual([])
        expect(await header()).toBe('live')
        const now = Date.now()
        const sent = uploader.acknowledged('p1').filter((at) => at > now - looked.fromMs && at < now - looked.toMs)
        const shown = await page.locator('.reading-table tbody th').allTextContents()
        expect(shown).toEqual(expect.arrayContaining(sent.map((at) => clock.format(at))))
      })
      await expectNew(...patientIds)
    },
    expectText: (part, text) => waitFor(async () => expect(await page.locator(part).textContent()).toMatch(text)),
    header,
    runBatch: () => page.getByRole('button', { name: /^Run/ }).click(),
    setOffline: (offline) => page.context().setOffline(offline),
    close: () => browser.close(),
  }
}
