// The result of a benchmark: each figure of ours, the figure it is compared with, and whether it reaches its goal.
import { ratiosOf, type Spread, spreadOf } from '../statistics.ts'
import type { Figures } from '../works/work.ts'

/** By contender, one entry a round; `null` where the contender failed. */
export type WorkRounds = Readonly<Record<string, readonly (Figures | null)[]>>

/** By work. */
export type Rounds = Readonly<Record<string, WorkRounds>>

/** Figures are kept in seconds, bytes and events a second, and printed in these units. */
export type Unit = 'a second' | 's' | 'ms' | 'µs' | 'MB' | 'kB' | 'B' | 'cores' | 'count'

/** A bound for the median of our figure, or of its ratio: ours ÷ the peer's. */
export interface Goal {
  of: 'value' | 'ratio'
  bound: 'at least' | 'at most'
  floor: number
  /** A better figure to work towards. */
  aim?: number
}

export interface Comparison {
  work: string
  what: string
  unit: Unit
  figure: string
  ours: string
  /** The contender that ours is compared with by the same figure; `null` where ours stands alone. */
  beside: string | null
  goal: Goal | null
}

export type Verdict = 'yes' | 'yes, not the aim' | 'no'

export interface Line {
  work: string
  what: string
  unit: Unit
  ours: Spread
  beside: { name: string; value: Spread; ratio: Spread } | null
  goal: Goal | null
  /** `null` without a goal, or where a ratio's goal lacks the peer's figure. */
  met: Verdict | null
}

const ratioAtLeast = (floor: number): Goal => ({ of: 'ratio', bound: 'at least', floor })
const ratioAtMost = (floor: number): Goal => ({ of: 'ratio', bound: 'at most', floor })
const valueAtLeast = (floor: number): Goal => ({ of: 'value', bound: 'at least', floor })
const valueAtMost = (floor: number): Goal => ({ of: 'value', bound: 'at most', floor })

type Row = readonly [what: string, figure: string, unit: Unit, beside?: string | null, goal?: Goal]

const compare = (work: string, ours: string, rows: readonly Row[]): Comparison[] =>
  rows.map(([what, figure, unit, beside = null, goal = null]) => ({ work, what, unit, figure, ours, beside, goal }))

const fanOut = (sockets: string, ours: string): Comparison[] =>
  compare('fan-out', ours, [
    [`${sockets}, connected`, 'open', 'count'],
    [`${sockets}, reading to its browser, p50`, 'readingP50', 'ms'],
    [`${sockets}, reading to its browser, p99`, 'readingP99', 'ms', null, valueAtMost(0.25)],
    [`${sockets}, row to every browser, p50`, 'rowP50', 'ms'],
    [`${sockets}, row to every browser, p99`, 'rowP99', 'ms', null, valueAtMost(0.25)],
    [`${sockets}, dashboard server, cores`, 'cores', 'cores', null, valueAtMost(1)],
    [`${sockets}, dashboard server, memory`, 'peakBytes', 'MB'],
    [`${sockets}, dashboard server, memory grown`, 'grownBytes', 'MB'],
  ])

const page = (view: string): Comparison[] =>
  compare('page', view, [
    [`${view}, opened`, 'interactiveSeconds', 's', null, valueAtMost(1)],
    [`${view}, first load`, 'loadedBytes', 'kB', null, valueAtMost(300e3)],
    [`${view}, a frame, p50`, 'frameP50', 'ms', 'empty page'],
    [`${view}, a frame, p99`, 'frameP99', 'ms', 'empty page'],
    [`${view}, longest frame`, 'longestFrame', 'ms', 'empty page'],
  ])

const footprint = (pace: string): Comparison[] =>
  compare('footprint', pace, [
    [`Redis, a patient at ${pace}`, 'redisBytesPerPatient', 'kB'],
    [`Redis, live window of a patient at ${pace}`, 'recentBytes', 'kB'],
    [`Redis, identities of a patient at ${pace}`, 'seenBytes', 'kB'],
  ])

/** Every line of the result, in its order. */
export const comparisons: readonly Comparison[] = [
  ...compare('backlog', 'speed-layer', [
    ['speed layer, drain with start', 'perSecond', 'a second', 'spark-latest', ratioAtLeast(3)],
    ['speed layer, drain after the first batch', 'steadyPerSecond', 'a second', 'spark-row', ratioAtLeast(12)],
    ['speed layer, drain without start', 'steadyPerSecond', 'a second', 'kafkajs', ratioAtLeast(0.33)],
    ['speed layer, drain without start', 'steadyPerSecond', 'a second', 'kcat'],
    ['speed layer, drain without start', 'steadyPerSecond', 'a second', 'redis-benchmark'],
    ['speed layer, processor time a message', 'cpuSecondsPerMessage', 'µs', 'spark-latest', ratioAtMost(1 / 4)],
    ['speed layer, memory under backlog', 'peakBytes', 'MB', 'spark-latest', ratioAtMost(1 / 3)],
  ]),
  ...compare('backlog', 'csv-archiver', [
    ['archiver, fsynced and published', 'steadyPerSecond', 'a second', 'speed-layer'],
    // The speed layer's floor: an archiver that reaches it does not fall behind a speed layer that only just does.
    ['archiver, fsynced and published', 'steadyPerSecond', 'a second', 'kafkajs', ratioAtLeast(0.33)],
    ['archiver, processor time a message', 'cpuSecondsPerMessage', 'µs'],
    ['archiver, memory under backlog', 'peakBytes', 'MB'],
  ]),
  ...compare('long-backlog', 'speed-layer', [
    ['speed layer, long drain, warm', 'steadyPerSecond', 'a second', 'spark-latest', ratioAtLeast(1.5)],
    ['speed layer, long drain, warm', 'steadyPerSecond', 'a second', 'kafkajs', ratioAtLeast(0.33)],
    [
      'speed layer, long drain, processor time a message',
      'cpuSecondsPerMessage',
      'µs',
      'spark-latest',
      ratioAtMost(1 / 4),
    ],
    ['speed layer, long drain, memory', 'peakBytes', 'MB', 'spark-latest', ratioAtMost(1 / 3)],
  ]),
  ...compare('live', 'speed-layer', [
    ['start to first reading in Redis', 'firstSeconds', 's', 'spark-latest', ratioAtMost(1 / 15)],
    ['Kafka to Redis at 1,000/s, p50', 'p50', 'ms', 'spark-latest', ratioAtMost(1 / 80)],
    ['Kafka to Redis at 1,000/s, p99', 'p99', 'ms', 'spark-latest', ratioAtMost(1 / 50)],
    ['speed layer at 1,000/s, memory', 'peakBytes', 'MB', 'spark-latest', ratioAtMost(1 / 3)],
    ['speed layer at 1,000/s, cores', 'cores', 'cores', 'spark-latest'],
  ]),
  ...compare('latency', '1,000/s', [
    ['bridge to browser at 1,000/s, p50', 'p50', 'ms', null, valueAtMost(0.005)],
    ['bridge to browser at 1,000/s, p99', 'p99', 'ms', null, valueAtMost(0.025)],
    ['bridge to browser at 1,000/s, p99.9', 'p999', 'ms'],
  ]),
  ...compare('latency', '10,000/s', [
    ['bridge to browser at 10,000/s, p50', 'p50', 'ms'],
    ['bridge to browser at 10,000/s, p99', 'p99', 'ms', '1,000/s', ratioAtMost(2)],
    ['bridge to browser at 10,000/s, p99.9', 'p999', 'ms'],
    ['bridge to browser at 10,000/s, readings missed', 'missed', 'count'],
    ['bridge at 10,000/s, memory', 'kafka-bridge peakBytes', 'MB'],
    ['speed layer at 10,000/s, memory', 'speed-layer peakBytes', 'MB'],
    ['dashboard server at 10,000/s, memory', 'dashboard-server peakBytes', 'MB'],
  ]),
  ...compare('ingress', 'http', [
    ['HTTP, acknowledged', 'perSecond', 'a second', 'kafkajs', ratioAtLeast(0.6)],
    ['bridge under HTTP, memory', 'peakBytes', 'MB'],
  ]),
  ...compare('ingress', 'mqtt', [
    ['MQTT QoS 1, 100 clients, acknowledged', 'perSecond', 'a second', null, valueAtLeast(20_000)],
    ['bridge under MQTT, memory', 'peakBytes', 'MB'],
  ]),
  ...compare('batch-1m', 'batch', [
    ['batch, 1 M rows', 'seconds', 's', 'spark', { ...ratioAtMost(1 / 15), aim: 1 / 25 }],
    ['batch, 1 M rows', 'seconds', 's', 'wc'],
  ]),
  ...compare('batch-10m', 'batch', [
    ['batch, 10 M rows', 'seconds', 's', 'spark', { ...ratioAtMost(1 / 6), aim: 1 / 10 }],
    ['batch, 10 M rows', 'seconds', 's', 'wc', { ...ratioAtMost(12), aim: 8 }],
    ['batch, 10 M rows, memory', 'peakBytes', 'MB', 'spark'],
    ['batch, 10 M rows, memory', 'peakBytes', 'MB', null, valueAtMost(1e9)],
  ]),
  ...compare('batch-small-files', 'batch', [
    ['batch, 1 M rows in 50,000 files', 'seconds', 's', 'wc'],
    ['batch, 1 M rows in 50,000 files, memory', 'peakBytes', 'MB'],
  ]),
  ...fanOut('1,000 sockets', 'few sockets'),
  ...fanOut('5,000 sockets', 'many sockets'),
  ...page('wall'),
  ...page('bedside'),
  ...compare('footprint', 'one a minute', [['Kafka, a message', 'kafkaBytesPerMessage', 'B']]),
  ...footprint('one a minute'),
  ...footprint('one a second'),
]

/** The lines for which there are figures of ours. */
export const resultOf = (rounds: Rounds): Line[] =>
  comparisons.flatMap((comparison) => lineOf(comparison, rounds[comparison.work] ?? {}))

function lineOf({ work, what, unit, figure, ours, beside, goal }: Comparison, rounds: WorkRounds): Line[] {
  const series = figureByRound(rounds[ours], figure)
  const spread = spreadOf(series)
  if (spread === null) return []
  const other = beside === null ? [] : figureByRound(rounds[beside], figure)
  const value = spreadOf(other)
  const ratio = spreadOf(ratiosOf(series, other))
  const compared = beside !== null && value && ratio ? { name: beside, value, ratio } : null
  const judged = goal?.of === 'ratio' ? compared?.ratio : spread
  const met = goal && judged ? judge(goal, judged.median) : null
  return [{ work, what, unit, ours: spread, beside: compared, goal, met }]
}

/** NaN in a round without that figure. */
export const figureByRound = (rounds: WorkRounds[string] = [], figure: string): number[] =>
  rounds.map((figures) => figures?.[figure] ?? Number.NaN)

function judge({ bound, floor, aim }: Goal, median: number): Verdict {
  const reaches = (goal: number) => (bound === 'at least' ? median >= goal : median <= goal)
  if (!reaches(floor)) return 'no'
  return aim === undefined || reaches(aim) ? 'yes' : 'yes, not the aim'
}
