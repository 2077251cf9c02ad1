import { afterEach, expect, test, vi } from 'vitest'
import { beginWith, beginWithoutStorage } from './settings.fixture.ts'

afterEach(() => vi.unstubAllGlobals())

test('a choice is there again when the page is opened again', async () => {
  const kept = {}
  beginWith(kept)
  const before = await import('./settings.ts')
  before.keepSetting('glucose-unit', 'mmol/L')
  expect(before.glucoseUnit).toBe('mg/dL')
  beginWith(kept)
  expect((await import('./settings.ts')).glucoseUnit).toBe('mmol/L')
})

test('a choice that is none any more counts as none', async () => {
  beginWith({ 'glucose-unit': 'g/L', theme: 'sepia' })
  const { glucoseUnit, readSetting } = await import('./settings.ts')
  expect(glucoseUnit).toBe('mg/dL')
  expect(readSetting('theme', ['light', 'dark'])).toBeNull()
})

test('where storage is forbidden a choice lasts as long as the page', async () => {
  beginWithoutStorage()
  const { keepSetting, readSetting } = await import('./settings.ts')
  expect(readSetting('theme', ['light', 'dark'])).toBeNull()
  keepSetting('theme', 'dark')
  expect(readSetting('theme', ['light', 'dark'])).toBe('dark')
})
