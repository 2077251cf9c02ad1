import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rowsInSight, scrollToRow } from './window-rows.ts'

test('every row in sight is drawn, and few others', () => {
  const sizes = fc.record({
    scrollTop: fc.nat(100_000),
    height: fc.nat(3000),
    rowHeight: fc.integer({ min: 20, max: 100 }),
    count: fc.nat(2000),
  })
  fc.assert(
    fc.property(sizes, ({ scrollTop, height, rowHeight, count }) => {
      const { from, to } = rowsInSight(scrollTop, height, rowHeight, count)
      expect(from).toBeGreaterThanOrEqual(0)
      expect(to).toBeLessThanOrEqual(count)
      for (let row = 0; row < count; row++) {
        const inSight = (row + 1) * rowHeight > scrollTop && row * rowHeight < scrollTop + height
        if (inSight) expect(row >= from && row < to).toBe(true)
      }
      expect(to - from).toBeLessThanOrEqual(Math.ceil(height / rowHeight) + 14)
    }),
  )
})

test('a row is scrolled to only as far as it takes to see it whole', () => {
  expect(scrollToRow(3, 0, 500, 50)).toBe(0)
  expect(scrollToRow(10, 0, 500, 50)).toBe(50)
  expect(scrollToRow(2, 400, 500, 50)).toBe(100)
})
