// Waiting for a condition, also where no test runs.
import { setTimeout } from 'node:timers/promises'

/** The longest that a system may take for anything it does by itself. */
export const patience = { timeout: 60_000, interval: 50 }

/** Calls `check` until it neither throws nor rejects; after the time-out, throws what it threw last. */
export async function until(check: () => unknown): Promise<void> {
  const deadline = Date.now() + patience.timeout
  for (;;) {
    try {
      await check()
      return
    } catch (error) {
      if (Date.now() > deadline) throw error
      await setTimeout(patience.interval)
    }
  }
}
