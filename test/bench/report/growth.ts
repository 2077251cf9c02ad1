// How figures change while one thing grows: their ratio to the smallest size, and whether it is as expected.
import { ratiosOf, type Spread, spreadOf } from '../statistics.ts'
import { figureByRound, type Rounds, type Unit, type WorkRounds } from './result.ts'

/** `flat`: the same at every size; `linear`: at most in proportion to the size. */
export type Expected = 'flat' | 'linear'

export interface GrowthLine {
  work: string
  what: string
  unit: Unit
  expected: Expected
  /** The smallest first; `ratio` is to the smallest. */
  sizes: readonly { size: number; value: Spread; ratio: Spread }[]
  /** Whether every median is as expected, within `tolerance`. */
  isMet: boolean
}

/** Figures differ by this factor from run to run without any growth. */
const tolerance = 1.5

type Row = readonly [what: string, figure: string, unit: Unit, expected: Expected]

const speedLayer = (memory: Expected, redisMemory: Expected, cores: Expected): Row[] => [
  ['drain', 'steadyPerSecond', 'a second', 'flat'],
  ['processor time a message', 'steadyCpuSecondsPerMessage', 'µs', 'flat'],
  ['Redis, processor time a message', 'redisCpuSecondsPerMessage', 'µs', 'flat'],
  ['memory of the drain', 'peakBytes', 'MB', memory],
  ['memory in Redis', 'redisBytes', 'MB', redisMemory],
  ['Kafka to Redis at 1,000/s, p50', 'p50', 'ms', 'flat'],
  ['Kafka to Redis at 1,000/s, p99', 'p99', 'ms', 'flat'],
  ['cores at 1,000/s', 'cores', 'cores', cores],
]

/** By work. */
const rows: Readonly<Record<string, readonly Row[]>> = {
  'growth-partitions': speedLayer('flat', 'flat', 'flat'),
  'growth-patients': speedLayer('linear', 'linear', 'flat'),
  'growth-instances': speedLayer('linear', 'flat', 'linear'),
  'growth-days': [
    ['batch, everything', 'fullSeconds', 's', 'linear'],
    ['batch, after one new minute', 'rerunSeconds', 's', 'flat'],
    ['memory, everything', 'fullPeakBytes', 'MB', 'flat'],
    ['memory, after one new minute', 'rerunPeakBytes', 'MB', 'flat'],
    ['memory in Redis', 'redisBytes', 'MB', 'linear'],
  ],
}

/** The lines of the figures that were measured at two sizes or more. */
export const growthOf = (rounds: Rounds): GrowthLine[] =>
  Object.entries(rows).flatMap(([work, ofWork]) => ofWork.flatMap((row) => lineOf(work, row, rounds[work] ?? {})))

function lineOf(work: string, [what, figure, unit, expected]: Row, rounds: WorkRounds): GrowthLine[] {
  const contenders = Object.values(rounds)
  const smallest = figureByRound(contenders[0], figure)
  const sizes = contenders.flatMap((contender) => {
    const size = contender.find((figures) => figures !== null)?.['size']
    const series = figureByRound(contender, figure)
    const value = spreadOf(series)
    const ratio = spreadOf(ratiosOf(series, smallest))
    return size === undefined || value === null || ratio === null ? [] : [{ size, value, ratio }]
  })
  if (sizes.length < 2) return []
  return [{ work, what, unit, expected, sizes, isMet: isAsExpected({ unit, expected, sizes }) }]
}

function isAsExpected({ unit, expected, sizes }: Pick<GrowthLine, 'unit' | 'expected' | 'sizes'>): boolean {
  const smallest = sizes[0]?.size ?? Number.NaN
  return sizes.every(({ size, ratio }) => {
    const worse = unit === 'a second' ? 1 / ratio.median : ratio.median
    return worse <= tolerance * (expected === 'linear' ? size / smallest : 1)
  })
}
