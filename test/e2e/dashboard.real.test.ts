// The page in a real Chromium, on the demo.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  expectBatchFillsDaily,
  expectDropCounted,
  expectGraphMoves,
  expectPatients,
  expectStatusChange,
  launchChromium,
  type OpenedPage,
  openDashboard,
} from './browser.ts'
import { type Demo, startDemo } from './demo.ts'
import { patience } from './until.ts'

describe('the dashboard in Chromium', () => {
  let demo: Demo
  let browser: Browser
  let opened: OpenedPage
  beforeAll(async () => {
    demo = await startDemo()
    browser = await launchChromium()
    opened = await openDashboard(browser, demo.dashboard)
  })
  afterAll(async () => {
    await browser?.close()
    await demo?.close()
  })

  test('lists the patients with their statuses', () => expectPatients(opened.page, 5))

  test('the live graph moves', () => expectGraphMoves(opened.page))

  test('a batch run fills Daily Analysis without a reload', () =>
    expectBatchFillsDaily(opened.page, async () => {
      const run = await demo.run('batch.ts')
      expect(run, run.stderr).toMatchObject({ code: 0 })
    }))

  test('a dropped reading is counted with its reason', () =>
    expectDropCounted(opened.page, demo.dashboard, demo.ingest))

  test('a status change appears as it happens', () => expectStatusChange(opened.page))

  test('nothing fails on the page, and it asks no other host', () => expect(opened.faults).toEqual([]))

  test('says what is wrong when the server has gone', async () => {
    await demo.interrupt()
    await opened.page
      .getByRole('region')
      .getByText(/dashboard server cannot be reached/)
      .waitFor({ timeout: patience.timeout })
  })
})
