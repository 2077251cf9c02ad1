// The identities seen lately: duplicates are known as such, also after a restart, as far as the window reaches.
import { propertyRuns } from '@health/domain/property-runs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  additionsStored,
  admit,
  decodeWindow,
  encodeAdditions,
  isBeforeWindow,
  type SeenWindow,
  windowSize,
} from './seen-window.ts'

const glucose = 1
const both = 3

/** A window with its stored list beside it, as the views would hold it. */
function aStoredWindow() {
  let items: string[] = []
  const window = decodeWindow([])
  return {
    window,
    items: () => items,
    store() {
      const addition = encodeAdditions(window)
      if (addition !== null) items = addition.replace ? [addition.item] : [...items, addition.item]
      additionsStored(window)
    },
  }
}

const identities = ({ times, masks, start, end }: SeenWindow): [time: number, mask: number][] =>
  Array.from(times.subarray(start, end), (time, i) => [time, masks[start + i] ?? 0])

test('a signal is fresh once, and another signal of the same time is fresh too', () => {
  const window = decodeWindow([])
  expect(admit(window, 1000, glucose)).toBe(glucose)
  expect(admit(window, 1000, glucose)).toBe(0)
  expect(admit(window, 1000, both)).toBe(2)
})

test('only what is older than a full window is uncertain', () => {
  const window = decodeWindow([])
  for (let i = 2; i <= windowSize; i++) admit(window, i * 1000, glucose)
  expect(isBeforeWindow(window, 999)).toBe(false)
  admit(window, 1000, glucose)
  expect(isBeforeWindow(window, 999)).toBe(true)
  expect(isBeforeWindow(window, 1000)).toBe(false)
  expect(admit(window, 1000, glucose)).toBe(0)
})

test('the window read back judges as the one that was stored, whenever it is stored', () => {
  const step = fc.record({ time: fc.nat(1500), mask: fc.integer({ min: 1, max: 7 }), stores: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 3000, size: 'max' }), (steps) => {
      const stored = aStoredWindow()
      for (const { time, mask, stores } of steps) {
        if (!isBeforeWindow(stored.window, time * 1000)) admit(stored.window, time * 1000, mask)
        if (stores) stored.store()
      }
      stored.store()
      expect(identities(decodeWindow(stored.items()))).toEqual(identities(stored.window))
    }),
    propertyRuns(30),
  )
})
