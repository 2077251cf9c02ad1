import { expect, test } from 'vitest'
import { radiusFor } from './dots.ts'

test('points grow smaller where they would touch, and never vanish', () => {
  expect([30, 8, 7.9, 3, 2.9, 0.1].map(radiusFor)).toEqual([2.5, 2.5, 1.5, 1.5, 1, 1])
})
