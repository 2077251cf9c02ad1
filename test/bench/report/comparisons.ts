// Every line of the result, with the figure to reach where one was set. Ratios are always ours ÷ what stands beside it.
import type { Unit } from './units.ts'

/** A figure of a contender: `speed-layer.perSecond`. */
export type FigureName = `${string}.${string}`

/** The floor, and where there is more to hope for the aim, of the median. */
export interface Goal {
  of: 'value' | 'ratio'
  bound: 'at least' | 'at most'
  floor: number
  aim?: number
}

export interface Comparison {
  work: string
  what: string
  unit: Unit
  ours: FigureName
  beside?: FigureName
  goal?: Goal
}

const ratioAtLeast = (floor: number, aim?: number): Goal => ({ of: 'ratio', bound: 'at least', floor, ...aimed(aim) })
const ratioAtMost = (floor: number, aim?: number): Goal => ({ of: 'ratio', bound: 'at most', floor, ...aimed(aim) })
const valueAtLeast = (floor: number): Goal => ({ of: 'value', bound: 'at least', floor })
const valueAtMost = (floor: number): Goal => ({ of: 'value', bound: 'at most', floor })
const aimed = (aim: number | undefined) => (aim === undefined ? {} : { aim })

const of =
  (work: string) =>
  (what: string, unit: Unit, ours: FigureName, beside?: FigureName, goal?: Goal): Comparison => ({
    work,
    what,
    unit,
    ours,
    ...(beside && { beside }),
    ...(goal && { goal }),
  })

const backlog = of('backlog')
const longBacklog = of('long-backlog')
const live = of('live')
const latency = of('latency')
const ingress = of('ingress')
const batch1m = of('batch-1m')
const batch10m = of('batch-10m')
const smallFiles = of('batch-small-files')
const fanOut = of('fan-out')
const page = of('page')
const footprint = of('footprint')

export const comparisons: readonly Comparison[] = [
  backlog(
    'speed layer, drain with start',
    'a second',
    'speed-layer.perSecond',
    'spark-latest.perSecond',
    ratioAtLeast(5),
  ),
  backlog(
    'speed layer, drain after the first batch',
    'a second',
    'speed-layer.steadyPerSecond',
    'spark-row.steadyPerSecond',
    ratioAtLeast(20),
  ),
  backlog(
    'speed layer, drain without start',
    'a second',
    'speed-layer.steadyPerSecond',
    'kafkajs.steadyPerSecond',
    ratioAtLeast(0.5, 0.7),
  ),
  backlog('speed layer, drain without start', 'a second', 'speed-layer.steadyPerSecond', 'kcat.steadyPerSecond'),
  backlog(
    'speed layer, drain without start',
    'a second',
    'speed-layer.steadyPerSecond',
    'redis-benchmark.steadyPerSecond',
  ),
  backlog(
    'speed layer, processor time a message',
    'µs',
    'speed-layer.cpuSecondsPerMessage',
    'spark-latest.cpuSecondsPerMessage',
    ratioAtMost(1 / 2, 1 / 3),
  ),
  backlog(
    'speed layer, memory under backlog',
    'MB',
    'speed-layer.peakBytes',
    'spark-latest.peakBytes',
    ratioAtMost(1 / 4),
  ),
  backlog(
    'archiver, fsynced and published',
    'a second',
    'csv-archiver.steadyPerSecond',
    'speed-layer.steadyPerSecond',
    ratioAtLeast(1),
  ),
  backlog('archiver, processor time a message', 'µs', 'csv-archiver.cpuSecondsPerMessage'),
  backlog('archiver, memory under backlog', 'MB', 'csv-archiver.peakBytes'),
  longBacklog(
    'speed layer, long drain, warm',
    'a second',
    'speed-layer.steadyPerSecond',
    'spark-latest.steadyPerSecond',
    ratioAtLeast(1.5, 2),
  ),
  longBacklog(
    'speed layer, long drain, warm',
    'a second',
    'speed-layer.steadyPerSecond',
    'kafkajs.steadyPerSecond',
    ratioAtLeast(0.5, 0.7),
  ),
  longBacklog(
    'speed layer, long drain, processor time a message',
    'µs',
    'speed-layer.cpuSecondsPerMessage',
    'spark-latest.cpuSecondsPerMessage',
    ratioAtMost(1 / 2, 1 / 3),
  ),
  longBacklog(
    'speed layer, long drain, memory',
    'MB',
    'speed-layer.peakBytes',
    'spark-latest.peakBytes',
    ratioAtMost(1 / 4),
  ),
  live(
    'start to first reading in Redis',
    's',
    'speed-layer.firstSeconds',
    'spark-latest.firstSeconds',
    ratioAtMost(1 / 20),
  ),
  live('Kafka to Redis at 1,000/s, p50', 'ms', 'speed-layer.p50', 'spark-latest.p50', ratioAtMost(1 / 100)),
  live('Kafka to Redis at 1,000/s, p99', 'ms', 'speed-layer.p99', 'spark-latest.p99', ratioAtMost(1 / 100)),
  live('speed layer at 1,000/s, memory', 'MB', 'speed-layer.peakBytes', 'spark-latest.peakBytes', ratioAtMost(1 / 4)),
  live('speed layer at 1,000/s, cores', 'cores', 'speed-layer.cores', 'spark-latest.cores'),
  latency('bridge to browser at 1,000/s, p50', 'ms', '1,000/s.p50', undefined, valueAtMost(0.005)),
  latency('bridge to browser at 1,000/s, p99', 'ms', '1,000/s.p99', undefined, valueAtMost(0.025)),
  latency('bridge to browser at 1,000/s, p99.9', 'ms', '1,000/s.p999'),
  latency('bridge to browser at 10,000/s, p50', 'ms', '10,000/s.p50'),
  latency('bridge to browser at 10,000/s, p99', 'ms', '10,000/s.p99', '1,000/s.p99', ratioAtMost(2)),
  latency('bridge to browser at 10,000/s, p99.9', 'ms', '10,000/s.p999'),
  latency('bridge to browser at 10,000/s, readings missed', 'count', '10,000/s.missed'),
  latency('bridge at 10,000/s, memory', 'MB', '10,000/s.kafka-bridge peakBytes'),
  latency('speed layer at 10,000/s, memory', 'MB', '10,000/s.speed-layer peakBytes'),
  latency('dashboard server at 10,000/s, memory', 'MB', '10,000/s.dashboard-server peakBytes'),
  ingress('HTTP, acknowledged', 'a second', 'http.perSecond', 'kafkajs.perSecond', ratioAtLeast(0.7)),
  ingress('MQTT QoS 1, 100 clients, acknowledged', 'a second', 'mqtt.perSecond', undefined, valueAtLeast(20_000)),
  ingress('bridge under HTTP, memory', 'MB', 'http.peakBytes'),
  ingress('bridge under MQTT, memory', 'MB', 'mqtt.peakBytes'),
  batch1m('batch, 1 M rows', 's', 'batch.seconds', 'spark.seconds', ratioAtMost(1 / 15, 1 / 25)),
  batch1m('batch, 1 M rows', 's', 'batch.seconds', 'wc.seconds'),
  batch10m('batch, 10 M rows', 's', 'batch.seconds', 'spark.seconds', ratioAtMost(1 / 6, 1 / 10)),
  batch10m('batch, 10 M rows', 's', 'batch.seconds', 'wc.seconds', ratioAtMost(12, 8)),
  batch10m('batch, 10 M rows, memory', 'MB', 'batch.peakBytes', 'spark.peakBytes'),
  batch10m('batch, 10 M rows, memory', 'MB', 'batch.peakBytes', undefined, valueAtMost(1e9)),
  smallFiles('batch, 1 M rows in 50,000 files', 's', 'batch.seconds', 'wc.seconds'),
  smallFiles('batch, 1 M rows in 50,000 files, memory', 'MB', 'batch.peakBytes'),
  ...(['few', 'many'] as const).flatMap((how) => {
    const sockets = { few: '1,000 sockets', many: '5,000 sockets' }[how]
    return [
      fanOut(`${sockets}, connected`, 'count', `${how} sockets.open`),
      fanOut(`${sockets}, reading to its browser, p50`, 'ms', `${how} sockets.readingP50`),
      fanOut(
        `${sockets}, reading to its browser, p99`,
        'ms',
        `${how} sockets.readingP99`,
        undefined,
        valueAtMost(0.25),
      ),
      fanOut(`${sockets}, row to every browser, p50`, 'ms', `${how} sockets.rowP50`),
      fanOut(`${sockets}, row to every browser, p99`, 'ms', `${how} sockets.rowP99`, undefined, valueAtMost(0.25)),
      fanOut(`${sockets}, dashboard server, cores`, 'cores', `${how} sockets.cores`, undefined, valueAtMost(1)),
      fanOut(`${sockets}, dashboard server, memory`, 'MB', `${how} sockets.peakBytes`),
      fanOut(`${sockets}, dashboard server, memory grown`, 'MB', `${how} sockets.grownBytes`),
    ]
  }),
  ...(['wall', 'bedside'] as const).flatMap((view) => [
    page(`${view}, opened`, 's', `${view}.interactiveSeconds`, undefined, valueAtMost(1)),
    page(`${view}, first load`, 'kB', `${view}.loadedBytes`, undefined, valueAtMost(300e3)),
    page(`${view}, a frame, p50`, 'ms', `${view}.frameP50`, 'empty page.frameP50'),
    page(`${view}, a frame, p99`, 'ms', `${view}.frameP99`, 'empty page.frameP99'),
    page(`${view}, longest frame`, 'ms', `${view}.longestFrame`, 'empty page.longestFrame'),
  ]),
  footprint('Kafka, a message', 'B', 'one a minute.kafkaBytesPerMessage'),
  ...(['one a minute', 'one a second'] as const).flatMap((pace) => [
    footprint(`Redis, a patient at ${pace}`, 'kB', `${pace}.redisBytesPerPatient`),
    footprint(`Redis, of that the live window, at ${pace}`, 'kB', `${pace}.recentBytes`),
    footprint(`Redis, of that the identities, at ${pace}`, 'kB', `${pace}.seenBytes`),
  ]),
]
