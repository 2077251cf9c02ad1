// Waiting that a signal cuts short.
import { setTimeout } from 'node:timers/promises'

const shortestPauseMs = 100
const longestPauseMs = 5000

/** Waits after the `failures`-th failure in a row: 100 ms at first, twice as long each time, at most 5 s. */
export async function pauseAfter(failures: number, signal: AbortSignal): Promise<void> {
  const ms = Math.min(shortestPauseMs * 2 ** (failures - 1), longestPauseMs)
  await setTimeout(ms, undefined, { signal }).catch(() => undefined)
}

/** Resolves when what `arrange` was given is called, or `signal` aborts. */
export function untilCalled(arrange: (call: () => void) => void, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      signal.removeEventListener('abort', done)
      resolve()
    }
    if (signal.aborted) return resolve()
    signal.addEventListener('abort', done)
    arrange(done)
  })
}

/** What `work` comes to, or a rejection with `error()` if that takes longer than `ms`. */
export async function within<T>(ms: number, work: Promise<T>, error: () => Error): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = globalThis.setTimeout(() => late.reject(error()), ms)
  try {
    return await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
