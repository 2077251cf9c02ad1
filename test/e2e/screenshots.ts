// Makes the README's pictures: `node test/e2e/screenshots.ts [FOLDER]`. Starts a demo of its own and waits until there is
// something to see.
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Page } from 'playwright-core'
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
const browser = await launchChromium()
try {
  await new Promise((filled) => setTimeout(filled, fillMs))
  await demo.run('batch.ts')
  for (const { name, ...viewport } of views) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const context = await browser.newContext({ viewport, colorScheme })
      const page = await context.newPage()
      await page.goto(demo.dashboard)
      await showAll(page)
      const suffix = colorScheme === 'light' ? '' : '-dark'
      await page.screenshot({ path: join(folder, `${name}${suffix}.png`) })
      await context.close()
    }
  }
} finally {
  await browser.close()
  await demo.close()
}

async function showAll(page: Page): Promise<void> {
  await page.locator('.daily .figure').first().waitFor()
  await page.locator('.alert').first().waitFor()
  // Two frames of the graph.
  await page.waitForTimeout(500)
}
