import { expect, test } from 'vitest'
import { createLatencies } from './latencies.ts'

test('median and 99th percentile of the last minute', () => {
  const latencies = createLatencies()
  expect(latencies.percentiles(0)).toBeNull()
  for (let ms = 1; ms <= 100; ms++) latencies.add(ms * 10, ms === 100 ? 900 : ms)
  expect(latencies.percentiles(2_000)).toEqual({ p50: 50, p99: 99 })
  expect(latencies.percentiles(62_000)).toBeNull()
})

test('clocks that disagree give no negative latency', () => {
  const latencies = createLatencies()
  latencies.add(0, -3)
  expect(latencies.percentiles(0)).toEqual({ p50: 0, p99: 0 })
})
