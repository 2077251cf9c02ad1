// Makes the README's pictures: `node test/e2e/screenshots.ts [FOLDER]`. Starts a demo of its own and waits until there is
// something to see.
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { launchChromium } from './browser.ts'
import { startDemo } from './demo.ts'
import { root } from './processes.ts'

const folder = resolve(process.argv[2] ?? join(root, 'docs'))
const views = [
  { name: 'dashboard', width: 1440, height: 900 },
  { name: 'phone', width: 390, height: 844 },
] as const

/** A minute of readings fills the live graph. */
const fillMs = 65_000

mkdirSync(folder, { recursive: true })
const demo = await startDemo()
const ward = await startDemo({ SIM_PATIENTS: '40' })
const browser = await launchChromium()
try {
  await new Promise((filled) => setTimeout(filled, fillMs))
  await demo.run('batch.ts')
  for (const { name, ...viewport } of views) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await picture(name, { viewport, colorScheme }, demo.dashboard, showAll)
    }
  }
  const wall = { viewport: { width: 1440, height: 900 }, colorScheme: 'dark' } as const
  await picture('wall', wall, `${ward.dashboard}#wall`, (page) => page.locator('.tile').first().waitFor())
} finally {
  await browser.close()
  await Promise.all([demo.close(), ward.close()])
}

async function picture(
  name: string,
  options: BrowserContextOptions,
  url: string,
  shown: (page: Page) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext(options)
  const page = await context.newPage()
  await page.goto(url)
  await shown(page)
  // Two frames of the graph.
  await page.waitForTimeout(500)
  const suffix = options.colorScheme === 'light' ? '' : '-dark'
  await page.screenshot({ path: join(folder, `${name}${suffix}.png`) })
  await context.close()
}

async function showAll(page: Page): Promise<void> {
  await page.locator('.daily .figure').first().waitFor()
  await page.locator('.alert').first().waitFor()
}
