// Coalescing: what is wanted often is done at most once in a while, at once when it has not been done for that long.

export interface Throttle {
  /** Asks for a run; any number of requests before it are one. */
  request(): void
  stop(): void
}

export function createThrottle(everyMs: number, run: () => void, now: () => number): Throttle {
  let timer: NodeJS.Timeout | undefined
  let lastRun = Number.NEGATIVE_INFINITY
  return {
    request() {
      if (timer !== undefined) return
      timer = setTimeout(
        () => {
          timer = undefined
          lastRun = now()
          run()
        },
        // A clock that was set back must not hold it up for longer.
        Math.min(everyMs, Math.max(0, lastRun + everyMs - now())),
      )
    },
    stop: () => clearTimeout(timer),
  }
}
