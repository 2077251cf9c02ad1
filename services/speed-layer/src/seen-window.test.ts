// The seen window knows a duplicate as such, also after a restart, as far back as it reaches.
import { propertyRuns } from '@health/domain/property-runs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  additionsStored,
  decodeWindow,
  encodeAdditions,
  isBeforeWindow,
  markSeen,
  seenIn,
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

test('a signal is fresh once, and another signal of the same time is fresh too', () => {
  const window = decodeWindow([])
  expect(markSeen(window, 1000, glucose)).toBe(glucose)
  expect(markSeen(window, 1000, glucose)).toBe(0)
  expect(markSeen(window, 1000, both)).toBe(2)
})

test('only a time that is older than a full window is uncertain', () => {
  const window = decodeWindow([])
  for (let i = 2; i <= windowSize; i++) markSeen(window, i * 1000, glucose)
  expect(isBeforeWindow(window, 999)).toBe(false)
  markSeen(window, 1000, glucose)
  expect(isBeforeWindow(window, 999)).toBe(true)
  expect(isBeforeWindow(window, 1000)).toBe(false)
  expect(markSeen(window, 1000, glucose)).toBe(0)
})

test('a window that is read back knows the same readings as the one that was stored, whenever it is stored', () => {
  const step = fc.record({ time: fc.nat(1500), measured: fc.integer({ min: 1, max: 7 }), stores: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 3000, size: 'max' }), (steps) => {
      const stored = aStoredWindow()
      for (const { time, measured, stores } of steps) {
        if (!isBeforeWindow(stored.window, time * 1000)) markSeen(stored.window, time * 1000, measured)
        if (stores) stored.store()
      }
      stored.store()
      expect(seenIn(decodeWindow(stored.items()))).toEqual(seenIn(stored.window))
    }),
    propertyRuns(30),
  )
})

test('a stored item holds times as differences in base 36, negative for a late one, and many additions replace the list', () => {
  const stored = aStoredWindow()
  markSeen(stored.window, 36_000, glucose)
  markSeen(stored.window, 37_000, both)
  stored.store()
  markSeen(stored.window, 36_500, glucose)
  markSeen(stored.window, 38_000, glucose)
  stored.store()
  expect(stored.items()).toEqual(['rs0,1,rs,3', 's5w,1,15o,1'])
  for (let i = 0; i < windowSize; i++) markSeen(stored.window, (40 + i) * 1000, glucose)
  stored.store()
  expect(stored.items()).toHaveLength(1)
})
