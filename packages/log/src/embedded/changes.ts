// Tells when an embedded log has grown: in this process at once, from other processes by looking every 50 ms.

const lookEveryMs = 50

/** Those who wait, by the path of the log's file: every log opened on it in this process tells all. */
const waitingByPath = new Map<string, Set<() => void>>()

export interface Changes {
  /** Tells everybody in this process who waits for this file. */
  tell(): void
  /** Calls `wake` once, at the next change. */
  once(wake: () => void): void
  /** From now on changes by other processes are looked for as well, until `close`. */
  watch(): void
  close(): void
}

/** `version` gives another number once another connection has committed. Nothing here keeps the process alive. */
export function createChanges(path: string, version: () => unknown): Changes {
  const waiting = waitingByPath.get(path) ?? new Set()
  waitingByPath.set(path, waiting)
  let seen = version()
  let timer: NodeJS.Timeout | null = null
  let closed = false

  function tell(): void {
    const woken = [...waiting]
    waiting.clear()
    for (const wake of woken) wake()
  }

  function look(): void {
    const current = version()
    if (current === seen) return
    seen = current
    tell()
  }

  return {
    tell,
    once: (wake) => waiting.add(wake),
    watch: () => {
      // A query of a closed database throws, which would end the process from within the timer.
      if (closed) return
      timer ??= setInterval(look, lookEveryMs).unref()
    },
    close: () => {
      closed = true
      if (timer !== null) clearInterval(timer)
    },
  }
}
