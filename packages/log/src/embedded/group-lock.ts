// One member per consumer group: whoever comes second waits for the first to leave.
import { setTimeout } from 'node:timers/promises'
import { tryProcessLock } from '@health/runtime'

const tryEveryMs = 100

/** Waits until this caller alone holds the lock file, then returns what releases it; `null` when `signal` aborts first. */
export async function takeGroupLock(path: string, signal: AbortSignal): Promise<(() => void) | null> {
  while (!signal.aborted) {
    const release = tryProcessLock(path)
    if (release !== null) return release
    await setTimeout(tryEveryMs, undefined, { signal, ref: false }).catch(() => undefined)
  }
  return null
}
