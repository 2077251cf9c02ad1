// The page of a demo with tokens, in a real Chromium: it asks once, says what is wrong, and again when the token has ended.
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { violationsOf } from './axe.ts'
import { expectGraphMoves, expectPatients, launchChromium, type OpenedPage, openDashboard } from './browser.ts'

import { type Demo, startDemo } from './demo.ts'
import { patience } from './until.ts'

const reader = 'reader-secret-0123456789'
const nurse = 'nurse-secret-0123456789'
const sensor = 'sensor-secret-0123456789'
const brief = 'brief-secret-0123456789'
/** Long enough to start a demo and see its patients. */
const briefMs = 60_000

describe('a dashboard with tokens', () => {
  let demo: Demo
  let browser: Browser
  /** When the brief token ends. */
  let end: number
  let ending: Awaited<ReturnType<typeof openPage>>
  const open: OpenedPage[] = []
  beforeAll(async () => {
    end = Date.now() + briefMs
    demo = await startDemo({
      API_TOKENS: [
        `ward-3:read:${reader}`,
        `nurse:read+acknowledge:${nurse}`,
        `sensor:ingest:${sensor}`,
        `brief:read:${brief}:${new Date(end).toISOString()}`,
      ].join(','),
    })
    browser = await launchChromium()
  })
  afterAll(async () => {
    for (const { close } of open) await close()
    await browser?.close()
    await demo?.close()
  })
  const openPage = async () => {
    const opened = await openDashboard(browser, demo.dashboard)
    open.push(opened)
    const { page } = opened
    const signIn = async (token: string) => {
      await page.getByLabel('Access token').fill(token)
      await page.keyboard.press('Enter')
    }
    return { ...opened, signIn }
  }

  test('asks for a token, and shows live patients to whoever has one', async () => {
    ending = await openPage()
    await ending.page.getByRole('heading', { name: 'Sign in' }).waitFor()
    expect(await violationsOf(ending.page)).toEqual([])
    await ending.signIn(brief)
    await expectPatients(ending.page, 5)
    await expectGraphMoves(ending.page)
  })

  test('tells a wrong token, and one for another role, and shows nobody', async () => {
    const { page, signIn } = await openPage()
    await signIn('wrong-secret-0123456789')
    await page.getByRole('alert').getByText('not known').waitFor()
    await signIn(sensor)
    await page.getByRole('alert').getByText('does not have the role').waitFor()
    expect(await page.locator('[data-patient]').count()).toBe(0)
    expect(await page.evaluate('document.activeElement.id')).toBe('token')
    expect(await violationsOf(page)).toEqual([])
  })

  test('stays signed in over a reload, with a cookie that no script can read', async () => {
    const { page, signIn } = await openPage()
    await signIn(nurse)
    await expectPatients(page, 5)
    await page.reload()
    await expectPatients(page, 5)
    await expectGraphMoves(page)
    expect(await page.evaluate('document.cookie')).toBe('')
    expect(await page.evaluate('JSON.stringify([localStorage, sessionStorage])')).not.toContain(nurse)
  })

  test('offers a batch run to those alone whose token may start one', async () => {
    const [ward, ofNurse] = [await openPage(), await openPage()]
    await ward.signIn(reader)
    await ofNurse.signIn(nurse)
    await ward.page.locator('.bedside').getByText('a token with the role “acknowledge”').waitFor()
    await ofNurse.page.getByRole('button', { name: 'Run now' }).waitFor()
    expect(await ward.page.getByRole('button', { name: 'Run now' }).count()).toBe(0)
  })

  test('after signing out in one tab no tab shows anybody', async () => {
    const { page, signIn } = await openPage()
    await signIn(reader)
    await expectPatients(page, 5)
    const other = await page.context().newPage()
    await other.goto(demo.dashboard)
    await expectPatients(other, 5)
    await page.getByRole('button', { name: 'Sign out' }).click()
    for (const tab of [page, other]) {
      await tab.getByLabel('Access token').waitFor()
      await vi.waitFor(async () => expect(await tab.locator('[data-patient]').count()).toBe(0))
    }
    await page.reload()
    await page.getByLabel('Access token').waitFor()
  })

  test('leaves the values there when the token ends, says that they do not change, and asks for another', async () => {
    const { page, signIn } = ending
    await page
      .getByRole('alert')
      .getByText('Your token has expired')
      .waitFor({ timeout: briefMs + patience.timeout })
    expect(Date.now()).toBeGreaterThanOrEqual(end)
    expect(await page.getByRole('region', { name: 'What is wrong' }).textContent()).toContain('do not change')
    expect(await page.locator('[data-patient]').count()).toBe(5)
    await signIn(reader)
    await page.getByText('live', { exact: true }).waitFor()
    await expectGraphMoves(page)
    expect(await page.getByLabel('Access token').count()).toBe(0)
  })

  test('nothing fails on the page but what was refused, and it asks no other host', () => {
    const faults = open.flatMap((opened) => opened.faults)
    // A browser notes every refusal by itself.
    expect(faults.filter((fault) => !/status of 40[13]|WebSocket connection/.test(fault))).toEqual([])
  })
})
