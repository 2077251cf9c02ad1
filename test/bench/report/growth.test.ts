import { expect, test } from 'vitest'
import { growthOf } from './growth.ts'
import { markdownGrowth, terminalGrowth } from './growth-table.ts'
import type { WorkRounds } from './result.ts'

/** One round of two sizes, of which the second is a hundred times the first. */
const grown = (figure: string, small: number, large: number): Record<string, WorkRounds> => ({
  'growth-patients': {
    '10 patients': [{ size: 10, [figure]: small }],
    '1000 patients': [{ size: 1000, [figure]: large }],
  },
})
const isMet = (figure: string, small: number, large: number) => growthOf(grown(figure, small, large))[0]?.isMet

test('each size stands beside how many times the smallest it is', () => {
  const [line] = growthOf(grown('p50', 0.002, 0.003))
  expect(line).toMatchObject({ expected: 'flat', sizes: [{ size: 10, ratio: { median: 1 } }, { size: 1000 }] })
  expect(line?.sizes[1]?.ratio.median).toBeCloseTo(1.5)
})

test.each([
  ['what should stay flat and does', 'p50', 0.002, 0.0029, true],
  ['what should stay flat and rises', 'p50', 0.002, 0.0031, false],
  ['a rate that falls', 'steadyPerSecond', 100, 60, false],
  ['a rate that rises', 'steadyPerSecond', 100, 1000, true],
  ['what may rise with the size and does', 'redisBytes', 1, 140, true],
  ['what rises faster than the size', 'redisBytes', 1, 160, false],
])('%s is told so', (_, figure, small, large, expected) => {
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

test('one size alone has not grown', () => {
  expect(growthOf({ 'growth-days': { '1 days': [{ size: 1, fullSeconds: 2 }] } })).toEqual([])
})

test('the tables hold every size and every line', () => {
  const lines = growthOf(grown('redisBytes', 1e6, 5e6))
  expect(terminalGrowth(lines)).toMatch(
    /patients +10 +1,000 +expected +met\nmemory in Redis +1 MB +5 MB, 5 × +linear +yes/,
  )
  expect(markdownGrowth(lines).split('\n')).toHaveLength(3)
})
