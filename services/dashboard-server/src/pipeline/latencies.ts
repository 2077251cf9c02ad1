// Latencies of the last minute as percentiles. Counted by value, to two digits, so that any traffic fits into little memory.
import type { Percentiles } from '@health/api'

const secondsKept = 60

export interface Latencies {
  /** Takes one latency (ms) at the time `now` (epoch ms). Clocks that disagree may give a negative one: it counts as 0. */
  add(now: number, ms: number): void
  /** Median and 99th percentile of the minute up to `now`; `null` without any. */
  percentiles(now: number): Percentiles | null
}

export function createLatencies(): Latencies {
  /** By second: how often each latency came. */
  const seconds = new Map<number, Map<number, number>>()
  return {
    add(now, ms) {
      const second = Math.floor(now / 1000)
      let counts = seconds.get(second)
      if (counts === undefined) {
        counts = new Map()
        seconds.set(second, counts)
        dropOlder(seconds, second - secondsKept)
      }
      const value = twoDigits(Math.max(0, ms))
      counts.set(value, (counts.get(value) ?? 0) + 1)
    },
    percentiles(now) {
      dropOlder(seconds, Math.floor(now / 1000) - secondsKept)
      const all = new Map<number, number>()
      for (const counts of seconds.values()) for (const [ms, n] of counts) all.set(ms, (all.get(ms) ?? 0) + n)
      if (all.size === 0) return null
      const ascending = [...all].sort(([a], [b]) => a - b)
      return { p50: quantile(ascending, 0.5), p99: quantile(ascending, 0.99) }
    },
  }
}

const twoDigits = (ms: number): number => Number(ms.toPrecision(2))

function dropOlder(seconds: Map<number, unknown>, oldest: number): void {
  for (const second of seconds.keys()) if (second <= oldest) seconds.delete(second)
}

/** The smallest value that at least the share `q` of all does not exceed. */
function quantile(ascending: readonly (readonly [value: number, count: number])[], q: number): number {
  let left = q * ascending.reduce((sum, [, count]) => sum + count, 0)
  for (const [value, count] of ascending) {
    left -= count
    if (left <= 0) return value
  }
  return ascending.at(-1)?.[0] ?? 0
}
