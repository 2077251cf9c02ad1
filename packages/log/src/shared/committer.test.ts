// Commits are written once a second, for the last time when the committer is closed.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createCommitter } from './committer.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('the last commits are written by closing, and nothing is written after it', async () => {
  const write = vi.fn(async () => undefined)
  const committer = createCommitter(write)
  committer.commit(0, 5)
  await committer.close()
  expect(write.mock.calls).toEqual([[new Map([[0, 5]])]])
  committer.commit(0, 6)
  await vi.advanceTimersByTimeAsync(10_000)
  expect(write).toHaveBeenCalledTimes(1)
})

test('what cannot be written while closing is not tried again', async () => {
  const write = vi.fn(() => Promise.reject(new Error('no log')))
  const committer = createCommitter(write)
  committer.commit(0, 5)
  await committer.close()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(write).toHaveBeenCalledTimes(1)
})
