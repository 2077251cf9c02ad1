import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatTime } from './format-time.ts'

test('times are written as toISOString writes them, in whatever order they come', () => {
  const anyTime = fc.integer({ min: Date.UTC(1900, 0, 1), max: Date.UTC(10000, 0, 1) - 1 })
  const times = fc.tuple(anyTime, fc.array(fc.integer({ min: -100_000, max: 100_000 })))
  fc.assert(
    fc.property(times, ([first, later]) => {
      for (const ms of [first, ...later.map((n) => first + n), first]) {
        expect(formatTime(ms)).toBe(new Date(ms).toISOString())
      }
    }),
  )
})
