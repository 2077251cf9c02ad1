// Collects commits and writes them once a second: they serve lag display and retention, so they may come late.

const intervalMs = 1000

export interface Committer {
  commit(partition: number, offset: number): void
  /** Writes what waits. Never rejects: what could not be written is kept and tried again. */
  flush(): Promise<void>
  /** Writes what waits, once; from then on nothing is written. */
  close(): Promise<void>
}

export function createCommitter(write: (offsets: ReadonlyMap<number, number>) => Promise<void>): Committer {
  let waiting = new Map<number, number>()
  let timer: NodeJS.Timeout | null = null
  let closed = false

  async function flush(): Promise<void> {
    if (timer !== null) clearTimeout(timer)
    timer = null
    if (waiting.size === 0) return
    const offsets = waiting
    waiting = new Map()
    try {
      await write(offsets)
    } catch {
      for (const [partition, offset] of offsets) {
        if (!waiting.has(partition)) waiting.set(partition, offset)
      }
      schedule()
    }
  }

  function schedule(): void {
    if (closed) return
    timer ??= setTimeout(flush, intervalMs).unref()
  }

  return {
    commit(partition, offset) {
      waiting.set(partition, offset)
      schedule()
    },
    flush,
    async close() {
      closed = true
      await flush()
      waiting.clear()
    },
  }
}
