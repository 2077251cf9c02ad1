import type { LiveReading } from '@health/api'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mergeReadings, trimReadings } from './live-window.ts'
import { after, aLiveReading, noon } from './sample-rows.ts'

const at = (second: number) => aLiveReading({ measured_at: after(second) })
const reading = fc
  .record({ second: fc.integer({ min: -90, max: 5 }), glucose: fc.integer({ min: 40, max: 43 }) })
  .map(({ second, glucose }) => aLiveReading({ measured_at: after(second), glucose_mgdl: glucose }))
const readings = fc.array(reading, { maxLength: 30 })
const asSet = (list: readonly LiveReading[]) => list.map((one) => JSON.stringify(one)).toSorted()

test('one reading at a time comes to the same as all at once', () => {
  fc.assert(
    fc.property(readings, (list) => {
      const oneByOne = list.reduce<readonly LiveReading[]>((held, one) => mergeReadings(held, [one], noon), [])
      expect(asSet(oneByOne)).toEqual(asSet(mergeReadings([], list, noon)))
    }),
  )
})

test('the window is in order, holds each reading once and nothing that is too old', () => {
  fc.assert(
    fc.property(readings, readings, (held, added) => {
      const merged = mergeReadings(mergeReadings([], held, noon), added, noon)
      const times = merged.map((one) => one.measured_at)
      expect(times).toEqual(times.toSorted())
      expect(new Set(asSet(merged)).size).toBe(merged.length)
      expect(times.every((time) => time >= after(-70))).toBe(true)
      const wanted = [...held, ...added].filter((one) => one.measured_at >= after(-70))
      expect(asSet(merged)).toEqual([...new Set(asSet(wanted))].toSorted())
    }),
  )
})

test('trimming keeps the same list while nothing is too old', () => {
  const held = [at(-60), at(0)]
  expect(trimReadings(held, noon)).toBe(held)
  expect(trimReadings(held, noon + 20_000)).toEqual([at(0)])
  expect(trimReadings(held, noon + 200_000)).toEqual([])
})

test('the same moment with other values is another sensor’s reading', () => {
  const other = aLiveReading({ measured_at: after(0), glucose_mgdl: null })
  expect(mergeReadings([at(0)], [other], noon)).toHaveLength(2)
})
