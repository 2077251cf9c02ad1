// Growth: ratios to the smallest size, and whether they are as expected.
import { expect, test } from 'vitest'
import { growthOf } from './growth.ts'
import { alignedTable, growthTables } from './print.ts'
import type { Rounds } from './result.ts'

/** One round of two sizes; the second is a hundred times the first. */
const grown = (figure: string, small: number, large: number): Rounds => ({
  'growth-patients': {
    '10 patients': [{ size: 10, [figure]: small }],
    '1000 patients': [{ size: 1000, [figure]: large }],
  },
})
const isMet = (figure: string, small: number, large: number) => growthOf(grown(figure, small, large))[0]?.isMet

test('each size has its ratio to the smallest', () => {
  const [line] = growthOf(grown('p50', 0.002, 0.003))
  expect(line).toMatchObject({ expected: 'flat', sizes: [{ size: 10, ratio: { median: 1 } }, { size: 1000 }] })
  expect(line?.sizes[1]?.ratio.median).toBeCloseTo(1.5)
})

test.each([
  ['a flat figure may rise by less than half', 'p50', 0.002, 0.0029, true],
  ['a flat figure that rises by more than half misses', 'p50', 0.002, 0.0031, false],
  ['a flat rate that falls misses', 'steadyPerSecond', 100, 60, false],
  ['a flat rate may rise', 'steadyPerSecond', 100, 1000, true],
  ['a linear figure may rise with the size', 'redisBytes', 1, 140, true],
  ['a linear figure that rises faster than the size misses', 'redisBytes', 1, 160, false],
])('%s', (_, figure, small, large, expected) => {
  expect(isMet(figure, small, large)).toBe(expected)
})

test('ratios are taken within a round, and a round that failed has none', () => {
  const rounds = {
    'growth-instances': {
      '1 instances': [{ size: 1, p99: 1 }, null, { size: 1, p99: 4 }],
      '2 instances': [
        { size: 2, p99: 2 },
        { size: 2, p99: 90 },
        { size: 2, p99: 4 },
      ],
    },
  }
  expect(growthOf(rounds)[0]?.sizes[1]?.ratio).toMatchObject({ median: 1.5, rounds: 2 })
})

test('a work with a single size has no growth', () => {
  expect(growthOf({ 'growth-days': { '1 days': [{ size: 1, fullSeconds: 2 }] } })).toEqual([])
})

test('a table holds every size and every line', () => {
  const tables = growthTables(growthOf(grown('redisBytes', 1e6, 5e6)))
  expect(tables.map(alignedTable).join()).toMatch(
    /^patients +10 +1,000 +expected +met\nmemory in Redis +1 MB +5 MB, 5 × +linear +yes$/,
  )
})
