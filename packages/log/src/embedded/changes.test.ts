// A closed embedded log asks its database nothing more.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createChanges } from './changes.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('changes of other processes are polled for until the log is closed, and never after it', () => {
  const version = vi.fn(() => 1)
  const changes = createChanges('log.db', version)
  changes.watch()
  vi.advanceTimersByTime(100)
  const asked = version.mock.calls.length
  expect(asked).toBeGreaterThan(1)
  changes.close()
  changes.watch()
  vi.advanceTimersByTime(1000)
  expect(version).toHaveBeenCalledTimes(asked)
})
