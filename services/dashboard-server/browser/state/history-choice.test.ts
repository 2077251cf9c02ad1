import { expect, test } from 'vitest'
import { chosenSpan, keepSpan } from './history-choice.ts'

test('a choice is kept for its patient alone, also where the browser forbids storage', () => {
  expect(chosenSpan('p1')).toBeNull()
  keepSpan('p1', 21_600)
  keepSpan('p1', 43_200)
  expect(chosenSpan('p1')).toBe(43_200)
  expect(chosenSpan('p2')).toBeNull()
})
