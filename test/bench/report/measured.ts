// The measured figures that docs/capacity.md reckons with, and where each is in the report.
import { spreadOf } from '../statistics.ts'
import type { WorkRounds } from './result.ts'
import { inUnit, type Unit } from './units.ts'

/** `first` and `last` are the smallest and the largest size of a work in which something grows. */
type Source = readonly [unit: Unit, what: string, work: string, contender: string, figure: string]

const sources = {
  message: ['B', 'Kafka, a message', 'footprint', 'one a minute', 'kafkaBytesPerMessage'],
  http: ['µs', 'bridge, HTTP, core a message', 'ingress', 'http', 'cpuSecondsPerMessage'],
  mqtt: ['µs', 'bridge, MQTT, core a message', 'ingress', 'mqtt', 'cpuSecondsPerMessage'],
  speed: ['µs', 'speed layer, core a message', 'growth-patients', 'last', 'steadyCpuSecondsPerMessage'],
  redis: ['µs', 'Redis, core a message', 'growth-patients', 'last', 'redisCpuSecondsPerMessage'],
  fewBytes: ['MB', 'speed layer, memory, few patients', 'growth-patients', 'first', 'peakBytes'],
  manyBytes: ['MB', 'speed layer, memory, many patients', 'growth-patients', 'last', 'peakBytes'],
  many: ['count', 'the many patients', 'growth-patients', 'last', 'size'],
  archive: ['µs', 'archiver, core a message', 'backlog', 'csv-archiver', 'cpuSecondsPerMessage'],
  minutely: ['kB', 'Redis, a patient at one a minute', 'footprint', 'one a minute', 'redisBytesPerPatient'],
  secondly: ['kB', 'Redis, a patient at one a second', 'footprint', 'one a second', 'redisBytesPerPatient'],
  minutelyWindow: ['kB', '– of that the live window, at one a minute', 'footprint', 'one a minute', 'recentBytes'],
  secondlyWindow: ['kB', '– of that the live window, at one a second', 'footprint', 'one a second', 'recentBytes'],
  identities: ['kB', '– of that the identities of a sensor', 'footprint', 'one a second', 'seenBytes'],
  state: ['kB', '– of that the newest values', 'footprint', 'one a second', 'stateBytes'],
  patientDay: ['B', 'Redis, a day of a patient', 'growth-days', 'last', 'redisBytesPerDay'],
  row: ['B', 'lake, a row', 'growth-days', 'last', 'lakeBytesPerRow'],
  scan: ['s', 'batch, 10 million rows', 'batch-10m', 'batch', 'seconds'],
  scanBytes: ['MB', 'batch, memory', 'batch-10m', 'batch', 'peakBytes'],
  history: ['s', 'batch, everything of the long history', 'growth-days', 'last', 'fullSeconds'],
  days: ['count', 'days of the long history', 'growth-days', 'last', 'size'],
  tell: ['cores', 'dashboard server at 10,000/s, cores', 'latency', '10,000/s', 'dashboard-server cores'],
  sockets: ['count', 'sockets of a dashboard server', 'fan-out', 'many sockets', 'open'],
  socketCores: ['cores', 'cores for them, 1,000 patients at 1 Hz', 'fan-out', 'many sockets', 'cores'],
} as const satisfies Record<string, Source>

/** Medians, in seconds, bytes and so many; NaN for what was not measured. */
export type Measured = Readonly<Record<keyof typeof sources, number>>

export function readMeasured(rounds: Readonly<Record<string, WorkRounds>>): Measured {
  const medians = Object.entries<Source>(sources).map(([name, [, , work, contender, figure]]) => {
    const contenders = Object.entries(rounds[work] ?? {})
    const ends: Record<string, number> = { first: 0, last: -1 }
    const [, found = []] = contenders.at(ends[contender] ?? contenders.findIndex(([each]) => each === contender)) ?? []
    return [name, spreadOf(found.map((figures) => figures?.[figure] ?? Number.NaN))?.median ?? Number.NaN]
  })
  return Object.fromEntries(medians)
}

/** What was measured, its value, and the work, contender and figure that it is. */
export const measuredRows = (measured: Measured): string[][] =>
  Object.entries<Source>(sources).map(([name, [unit, what, ...where]]) => [
    what,
    inUnit(measured[name as keyof Measured], unit),
    where.join(' · '),
  ])
