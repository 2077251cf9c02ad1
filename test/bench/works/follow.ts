// Following a process until it has done what it was started for.
import { setTimeout as pause } from 'node:timers/promises'
import type { Running } from '../process.ts'

/** Without any progress for so long, it is given up. */
const patienceMs = 120_000

/** Calls `look` every `everyMs` until it tells of `goal`; rejects when the process ends or gets no further. */
export async function reach(
  running: Running,
  goal: number,
  everyMs: number,
  look: () => Promise<number>,
): Promise<number> {
  let furthest = Number.NEGATIVE_INFINITY
  let since = performance.now()
  for (;;) {
    running.assertAlive()
    // What cannot be asked this moment is asked again.
    const reached = await look().catch(() => furthest)
    if (reached >= goal) return reached
    if (reached > furthest) {
      furthest = reached
      since = performance.now()
    }
    if (performance.now() - since > patienceMs) throw new Error(`it stands at ${furthest} of ${goal}`)
    await pause(everyMs)
  }
}

/** Since a moment that `performance.now()` told. */
export const secondsSince = (begun: number): number => (performance.now() - begun) / 1000

/** Does `work` and stops the processes, whatever comes of it. */
export async function whileRunning<T>(processes: readonly Running[], work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } finally {
    await Promise.all(processes.map((running) => running.stop()))
  }
}
