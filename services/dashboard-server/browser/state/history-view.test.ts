import { expect, test } from 'vitest'
import { isHeld, type Moment, runningView, settled, type View, withNews, zoomed } from './history-view.ts'
import { wholeWindow, zoomAround } from './history-zoom.ts'
import { after, aLiveReading, noon } from './sample-rows.ts'

const moment = (seconds: number) => (): Moment => ({
  rows: [],
  dropped: [],
  at: noon + seconds * 1000,
  newest: after(seconds),
})
const wholeAt = (at: number) => wholeWindow(60, at)
const received = (...seconds: number[]) =>
  seconds.map((second) => aLiveReading({ measured_at: after(second), received_at: after(second) }))
const pinned = settled({ ...runningView, pinned: true }, moment(0))
const zoomIn = (view: View, seconds = 0) =>
  zoomed(view, moment(seconds), wholeAt, (shown, whole) => zoomAround(shown, whole, 0.5, 0.5))
const zoomOut = (view: View) => zoomed(view, moment(9), wholeAt, (shown, whole) => zoomAround(shown, whole, 0.5, 2))

test('a pause holds the moment it began at, whatever else pauses it meanwhile', () => {
  expect(pinned.paused?.at).toBe(noon)
  expect(settled({ ...pinned, touchedAt: noon }, moment(5)).paused?.at).toBe(noon)
  expect(settled({ ...pinned, pinned: false, touchedAt: noon }, moment(5)).paused?.at).toBe(noon)
})

test('it goes on once nothing pauses it any more', () => {
  expect(settled({ ...pinned, pinned: false }, moment(5))).toEqual(runningView)
})

test('zooming pauses until all is shown again', () => {
  const near = zoomIn(runningView)
  expect(near).toMatchObject({ zoom: { from: noon - 45_000, to: noon - 15_000 }, paused: { at: noon } })
  expect(isHeld(near)).toBe(true)
  expect(zoomOut(near)).toEqual(runningView)
})

test('zooming out of a pause by the button leaves the pause', () => {
  expect(zoomOut(zoomIn(pinned, 5))).toEqual(pinned)
})

test('every reading that comes during the pause is counted once, however long it lasts', () => {
  const first = withNews(pinned, received(-1, 0, 1, 2))
  expect(first.paused?.news).toBe(2)
  expect(withNews(first, received(0, 1, 2))).toBe(first)
  // The live window has moved on: those counted before are no longer in it.
  expect(withNews(first, received(70, 71)).paused?.news).toBe(4)
  expect(withNews(runningView, received(1))).toBe(runningView)
})
