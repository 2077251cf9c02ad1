import { expect, test } from 'vitest'
import { chart } from './chart.ts'
import { comparisons } from './comparisons.ts'
import { resultOf } from './result.ts'
import { markdownTable, terminalTable } from './table.ts'
import { asRatio, describeGoal } from './units.ts'

const drains = (ours: number, spark: number) => ({
  backlog: {
    'speed-layer': [{ perSecond: ours }, { perSecond: ours * 1.1 }, null],
    'spark-latest': [{ perSecond: spark }, { perSecond: spark }, { perSecond: spark }],
  },
})

test('a line has medians, the ratio of neighbours, and whether the goal is met', () => {
  const [line] = resultOf(drains(300_000, 50_000))
  expect(line).toMatchObject({
    what: 'speed layer, drain with start',
    ours: { median: 315_000, rounds: 2 },
    beside: { name: 'spark-latest', ratio: { median: 6.3 } },
    met: 'aim',
  })
})

test('a goal that is missed is said to be missed', () => {
  expect(resultOf(drains(100_000, 50_000))[0]?.met).toBe('no')
})

test('without the peer a line stands alone, and its goal is neither met nor missed', () => {
  const { backlog } = drains(300_000, 50_000)
  const [line] = resultOf({ backlog: { 'speed-layer': backlog['speed-layer'] } })
  expect(line).toMatchObject({ beside: null, met: null })
})

test('what was not measured has no line', () => {
  expect(resultOf({})).toEqual([])
})

test('every line of the result is of its own', () => {
  const names = comparisons.map(({ work, ours, beside, goal }) => [work, ours, beside, goal?.of].join())
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

test('goals are written as they are set', () => {
  expect(describeGoal({ of: 'ratio', bound: 'at most', floor: 1 / 15, aim: 1 / 25 }, 's')).toBe('≤ 1/15, aim 1/25')
  expect(describeGoal({ of: 'value', bound: 'at most', floor: 0.025 }, 'ms')).toBe('≤ 25 ms')
})

test('tables and chart hold every line', () => {
  const lines = resultOf(drains(300_000, 50_000))
  expect(terminalTable(lines).split('\n')).toHaveLength(1 + lines.length)
  expect(markdownTable(lines).split('\n')).toHaveLength(2 + lines.length)
  expect(chart(lines)).toContain('speed layer, drain with start, to spark-latest')
})
