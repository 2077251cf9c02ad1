import { expect, test } from 'vitest'
import { together } from './compute-days.ts'

const day = (key: number, portions: readonly number[], readings: number) => ({ key: String(key), portions, readings })
const everywhere = Array.from({ length: 100 }, (_, i) => i)

test('days that are spread over many portions are computed once more together: those are read once, not for each day', () => {
  const days = Array.from({ length: 500 }, (_, i) => day(i, everywhere, 1))
  const groups = together(days, 1_000)
  expect(groups).toHaveLength(1)
  expect(groups[0]?.keys.size).toBe(500)
  expect(groups[0]?.portions.size).toBe(100)
})

test('no more readings are remembered at a time than there is room for, save for those of a single day', () => {
  const days = [day(1, [0, 1], 600), day(2, [0, 1], 600), day(3, [1, 2], 5_000), day(4, [3], 1), day(5, [4], 1)]
  const groups = together(days, 1_000).map(({ keys, portions }) => [[...keys], [...portions]])
  expect(groups).toEqual([
    [['1'], [0, 1]],
    [['2'], [0, 1]],
    [['3'], [1, 2]],
    [
      ['4', '5'],
      [3, 4],
    ],
  ])
})
