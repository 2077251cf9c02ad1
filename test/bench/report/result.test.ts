// The lines of a result: medians, ratios, goals, and how they are printed.
import { expect, test } from 'vitest'
import { chart } from './chart.ts'
import { alignedTable, asRatio, describeGoal, markdownTable, resultTable } from './print.ts'
import { comparisons, resultOf } from './result.ts'

const drains = (ours: number, spark: number) => ({
  backlog: {
    'speed-layer': [{ perSecond: ours }, { perSecond: ours * 1.1 }, null],
    'spark-latest': [{ perSecond: spark }, { perSecond: spark }, { perSecond: spark }],
  },
})
const sparkBatch = (seconds: number) => ({ 'batch-1m': { batch: [{ seconds: 1 }], spark: [{ seconds }] } })

test('a line has medians, the ratio within each round, and whether the goal is met', () => {
  const [line] = resultOf(drains(300_000, 50_000))
  expect(line).toMatchObject({
    what: 'speed layer, drain with start',
    ours: { median: 315_000, rounds: 2 },
    beside: { name: 'spark-latest', ratio: { median: 6.3 } },
    met: 'yes',
  })
})

test.each([
  ['a rate below its floor misses', drains(100_000, 50_000), 'no'],
  ['a time that reaches its aim meets the goal', sparkBatch(26), 'yes'],
  ['a time between floor and aim meets the floor only', sparkBatch(16), 'yes, not the aim'],
  ['a time above its floor misses', sparkBatch(14), 'no'],
])('%s', (_, rounds, met) => {
  expect(resultOf(rounds)[0]?.met).toBe(met)
})

test('a line without its peer stands alone, and its goal is neither met nor missed', () => {
  const { backlog } = drains(300_000, 50_000)
  const [line] = resultOf({ backlog: { 'speed-layer': backlog['speed-layer'] } })
  expect(line).toMatchObject({ beside: null, met: null })
})

test('a figure that was not measured has no line', () => {
  expect(resultOf({})).toEqual([])
})

test('no comparison is listed twice', () => {
  const names = comparisons.map(({ work, figure, ours, beside }) => [work, figure, ours, beside].join())
  expect(new Set(names).size).toBe(names.length)
})

test.each([
  [5.234, '5.23 ×'],
  [1 / 3, '1/3'],
  [0.7, '0.7 ×'],
  [123.4, '123 ×'],
])('a ratio of %d is written %s', (ratio, text) => {
  expect(asRatio(ratio)).toBe(text)
})

test('goals are written with their bound, and their aim where they have one', () => {
  expect(describeGoal({ of: 'ratio', bound: 'at most', floor: 1 / 15, aim: 1 / 25 }, 's')).toBe('≤ 1/15, aim 1/25')
  expect(describeGoal({ of: 'ratio', bound: 'at least', floor: 0.33, aim: 2 }, 'a second')).toBe('≥ 0.33 ×, aim 2 ×')
  expect(describeGoal({ of: 'value', bound: 'at most', floor: 0.025 }, 'ms')).toBe('≤ 25 ms')
})

test('tables and chart hold every line', () => {
  const lines = resultOf(drains(300_000, 50_000))
  expect(alignedTable(resultTable(lines)).split('\n')).toHaveLength(1 + lines.length)
  expect(markdownTable(resultTable(lines)).split('\n')).toHaveLength(2 + lines.length)
  expect(chart(lines)).toContain('speed layer, drain with start, to spark-latest')
})
