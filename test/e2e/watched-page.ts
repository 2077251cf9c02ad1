// A page on which nothing of what is sent in may run: it notices whatever does, and whatever Chromium had to refuse.
import type { Browser, Page } from 'playwright-core'

export interface WatchedPage {
  page: Page
  /** What ran, opened or failed on the page although nothing should have. */
  faults: string[]
  /** What the Content-Security-Policy had to refuse, by directive. */
  violations: string[]
}

/** A page in a context of its own. Hostile text calls `canary()`. */
export async function openWatchedPage(browser: Browser): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  const page = await context.newPage()
  const faults: string[] = []
  const violations: string[] = []
  await page.exposeFunction('canary', () => void faults.push('hostile text ran'))
  await page.exposeFunction('tellViolation', (directive: string) => void violations.push(directive))
  await page.addInitScript(
    "addEventListener('securitypolicyviolation', ({ effectiveDirective }) => tellViolation(effectiveDirective))",
  )
  page.on('dialog', (dialog) => {
    faults.push(`a dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('pageerror', (error) => faults.push(String(error)))
  return { page, faults, violations }
}

/** Elements that the page never makes, and attributes that run. */
const foreign =
  'script:not([src^="/assets/"]), iframe, object, embed, img, video, form, [onerror], [onload], [onclick], [srcdoc], [href^="javascript:" i]'

/** How many elements on the page came from a text. */
export const countForeign = (page: Page): Promise<number> => page.locator(foreign).count()
