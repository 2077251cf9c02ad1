// The bound on memory: how many bytes of messages the bridge holds at one time, over all its clients.

export interface BytesInFlight {
  /** What one request or message holds; to be released when it is answered. */
  open(): HeldBytes
}

export interface HeldBytes {
  /** Holds `bytes` more. `false`, and nothing held, where all together would go beyond the bound. */
  take(bytes: number): boolean
  /** Gives back all of it. */
  release(): void
}

/** Up to `bound` bytes in all. */
export function createBytesInFlight(bound: number): BytesInFlight {
  let total = 0
  return {
    open() {
      let held = 0
      return {
        take(bytes) {
          if (total + bytes > bound) return false
          total += bytes
          held += bytes
          return true
        },
        release() {
          total -= held
          held = 0
        },
      }
    },
  }
}
