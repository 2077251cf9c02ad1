// Asks again and again, one question at a time, and keeps the last answer and why there is no newer one.
import { setTimeout } from 'node:timers/promises'

export interface Poll<T> {
  /** The last answer; `null` before the first. */
  latest(): T | null
  /** Why the last question has no answer, in words; `null` when it has one, or may still get it. */
  trouble(): string | null
  /** Ends after the question under way. */
  stop(): Promise<void>
}

const everyMs = 1_000
/** An answer that takes longer than this is missed already. */
const patienceMs = 3_000

export function startPoll<T>(ask: () => Promise<T>, now: () => number): Poll<T> {
  const stopped = new AbortController()
  let latest: T | null = null
  let failure: string | null = null
  let askedAt = now()
  const run = async () => {
    while (!stopped.signal.aborted) {
      askedAt = now()
      try {
        latest = await ask()
        failure = null
      } catch (error) {
        // Whatever it is, it is shown to people until it is over.
        failure = error instanceof Error ? error.message : String(error)
      }
      const pauseMs = Math.max(0, everyMs - (now() - askedAt))
      await setTimeout(pauseMs, undefined, { signal: stopped.signal, ref: false }).catch(() => undefined)
    }
  }
  const running = run()
  return {
    latest: () => latest,
    trouble() {
      const waitedMs = now() - askedAt
      if (failure !== null) return failure
      return waitedMs > patienceMs + everyMs ? `no answer for ${Math.round(waitedMs / 1000)} s` : null
    },
    stop() {
      stopped.abort()
      return running
    },
  }
}
