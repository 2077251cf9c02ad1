import fc from 'fast-check'
import { expect, test } from 'vitest'
import { spans } from './history.ts'
import { panBy, selectPart, type TimeWindow, wholeWindow, widthOf, zoomAround } from './history-zoom.ts'
import { noon } from './sample-rows.ts'

const hour = 3_600_000
const whole = wholeWindow(10_800, noon)

test('zooming in keeps what is under the mouse where it is', () => {
  expect(zoomAround(whole, whole, 1 / 3, 0.5)).toEqual({ from: noon - 2.5 * hour, to: noon - hour })
})

test('zooming in and out again is where one was', () => {
  const nearer = zoomAround(whole, whole, 0.5, 0.5)
  expect(zoomAround(nearer, whole, 0.5, 2)).toEqual(whole)
})

test('moving stops at either end of the span', () => {
  const lastHour = { from: noon - hour, to: noon }
  expect(panBy(lastHour, whole, -0.5)).toEqual({ from: noon - 1.5 * hour, to: noon - 0.5 * hour })
  expect(panBy(lastHour, whole, 0.2)).toEqual(lastHour)
  expect(panBy(lastHour, whole, -9)).toEqual({ from: noon - 3 * hour, to: noon - 2 * hour })
})

test.each([
  ['forwards', 1 / 3, 2 / 3],
  ['backwards', 2 / 3, 1 / 3],
])('a part marked %s is what is shown', (_direction, from, to) => {
  const part = selectPart(whole, whole, from, to)
  expect(part.from).toBeCloseTo(noon - 2 * hour)
  expect(part.to).toBeCloseTo(noon - hour)
})

test('a part too small to see is widened around its middle', () => {
  expect(selectPart(whole, whole, 0.5, 0.5)).toEqual({
    from: noon - 1.5 * hour - 300_000,
    to: noon - 1.5 * hour + 300_000,
  })
  expect(widthOf(selectPart(wholeWindow(60, noon), wholeWindow(60, noon), 0.9, 0.91))).toBe(5000)
})

test('whatever one does, the window stays within the span and wide enough to see', () => {
  const fraction = fc.double({ min: 0, max: 1, noNaN: true })
  const step = fc.oneof(
    fc.tuple(fraction, fc.double({ min: 0.1, max: 10, noNaN: true })).map(
      ([at, factor]) =>
        (shown: TimeWindow, all: TimeWindow) =>
          zoomAround(shown, all, at, factor),
    ),
    fc
      .double({ min: -3, max: 3, noNaN: true })
      .map((part) => (shown: TimeWindow, all: TimeWindow) => panBy(shown, all, part)),
    fc.tuple(fraction, fraction).map(
      ([a, b]) =>
        (shown: TimeWindow, all: TimeWindow) =>
          selectPart(shown, all, a, b),
    ),
  )
  fc.assert(
    fc.property(fc.constantFrom(...spans), fc.array(step, { maxLength: 20 }), (span, steps) => {
      const all = wholeWindow(span, noon)
      const shown = steps.reduce((window, change) => change(window, all), all)
      expect(shown.from).toBeGreaterThanOrEqual(all.from)
      expect(shown.to).toBeLessThanOrEqual(all.to + 1)
      expect(widthOf(shown)).toBeGreaterThanOrEqual(span === 60 ? 4999 : 599_999)
    }),
  )
})
