// What was measured of each size while one thing grew: medians, how many times that of the smallest, and whether that is as
// it should be.
import { pairwiseRatios, type Spread, spreadOf } from '../statistics.ts'
import type { WorkRounds } from './result.ts'
import type { Unit } from './units.ts'

/** `linear`: at most in proportion to the size. */
export type Expected = 'flat' | 'linear'

/** A figure that is followed as the contenders of a work grow. */
interface Followed {
  figure: string
  what: string
  unit: Unit
  expected: Expected
}

export interface GrowthLine {
  work: string
  what: string
  unit: Unit
  expected: Expected
  /** The smallest first; `ratio` to that. */
  sizes: readonly { size: number; value: Spread; ratio: Spread }[]
  /** Whether every median is as expected, give or take `tolerance`. */
  isMet: boolean
}

/** Machines and tails of latency differ by this factor without any growth. */
export const tolerance = 1.5

const followed = (figure: string, what: string, unit: Unit, expected: Expected): Followed => ({
  figure,
  what,
  unit,
  expected,
})

const speedLayer = (memory: Expected, redisMemory: Expected, cores: Expected): Followed[] => [
  followed('steadyPerSecond', 'drain', 'a second', 'flat'),
  followed('steadyCpuSecondsPerMessage', 'processor time a message', 'µs', 'flat'),
  followed('redisCpuSecondsPerMessage', 'Redis, processor time a message', 'µs', 'flat'),
  followed('peakBytes', 'memory of the drain', 'MB', memory),
  followed('redisBytes', 'memory in Redis', 'MB', redisMemory),
  followed('p50', 'Kafka to Redis at 1,000/s, p50', 'ms', 'flat'),
  followed('p99', 'Kafka to Redis at 1,000/s, p99', 'ms', 'flat'),
  followed('cores', 'cores at 1,000/s', 'cores', cores),
]

const works: Readonly<Record<string, readonly Followed[]>> = {
  'growth-partitions': speedLayer('flat', 'flat', 'flat'),
  'growth-patients': speedLayer('linear', 'linear', 'flat'),
  'growth-instances': speedLayer('linear', 'flat', 'linear'),
  'growth-days': [
    followed('fullSeconds', 'batch, everything', 's', 'linear'),
    followed('rerunSeconds', 'batch, after one new minute', 's', 'flat'),
    followed('fullPeakBytes', 'memory, everything', 'MB', 'flat'),
    followed('rerunPeakBytes', 'memory, after one new minute', 'MB', 'flat'),
    followed('redisBytes', 'memory in Redis', 'MB', 'linear'),
  ],
}

/** The lines of what was measured at two sizes or more. */
export const growthOf = (rounds: Readonly<Record<string, WorkRounds>>): GrowthLine[] =>
  Object.entries(works).flatMap(([work, figures]) => figures.flatMap((each) => lineOf(work, each, rounds[work] ?? {})))

function lineOf(work: string, { figure, what, unit, expected }: Followed, rounds: WorkRounds): GrowthLine[] {
  const series = Object.values(rounds).map((figures) => figures.map((each) => each?.[figure] ?? null))
  const [smallest = []] = series
  const sizes = Object.values(rounds).flatMap((figures, i) => {
    const size = figures.find((each) => each !== null)?.['size']
    const value = spreadOf((series[i] ?? []).filter((each) => each !== null))
    const ratio = spreadOf(pairwiseRatios(series[i] ?? [], smallest))
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
