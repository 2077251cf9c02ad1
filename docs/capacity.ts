// `node docs/capacity.ts`: writes the two tables of docs/capacity.md, from the figures in docs/bench.json.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inUnit, markdownTable, rounded } from '../test/bench/report/print.ts'
import { type Report, roundsOf } from '../test/bench/report/report.ts'
import { figureByRound, type Rounds, type Unit } from '../test/bench/report/result.ts'
import { lakePatients } from '../test/bench/sizes.ts'
import { spreadOf } from '../test/bench/statistics.ts'

const patients = 1e6
const daySeconds = 86_400
/** The planned load of a process, in cores. */
const load = 0.5
const retentionDays = 7
const replicas = 3
const shownDays = 30
/** A speed layer keeps at most 50,000 patients of a partition in memory: half of them leave room to grow. */
const patientsPerPartition = 25_000
/** Patients take at most half of the heap that Node allows a speed layer. */
const heapBytes = 2e9
/** Half of a Redis node with 32 GB; the other half is for the copy while it saves, fragmentation and buffers. */
const nodeBytes = 16e9
/** Defaults of ARCHIVE_ROLL_SECONDS and ARCHIVE_ROLL_ROWS. */
const roll = { seconds: 60, rows: 100_000 }
/** The rate at which a dashboard server is measured, and the rows of the largest batch run. */
const dashboardPerSecond = 10_000
const scannedRows = 10_000_000

/** `first` and `last` as a contender are the smallest and the largest size of a work in which something grows. */
type Source = readonly [unit: Unit, what: string, work: string, contender: string, figure: string]

const sources = {
  messageBytes: ['B', 'Kafka, a message', 'footprint', 'one a minute', 'kafkaBytesPerMessage'],
  httpCpu: ['µs', 'bridge, HTTP, core a message', 'ingress', 'http', 'cpuSecondsPerMessage'],
  mqttCpu: ['µs', 'bridge, MQTT, core a message', 'ingress', 'mqtt', 'cpuSecondsPerMessage'],
  speedCpu: ['µs', 'speed layer, core a message', 'growth-patients', 'last', 'steadyCpuSecondsPerMessage'],
  redisCpu: ['µs', 'Redis, core a message', 'growth-patients', 'last', 'redisCpuSecondsPerMessage'],
  fewBytes: ['MB', 'speed layer, memory, few patients', 'growth-patients', 'first', 'peakBytes'],
  manyBytes: ['MB', 'speed layer, memory, many patients', 'growth-patients', 'last', 'peakBytes'],
  manyPatients: ['count', 'the many patients', 'growth-patients', 'last', 'size'],
  archiverCpu: ['µs', 'archiver, core a message', 'backlog', 'csv-archiver', 'cpuSecondsPerMessage'],
  minutePatientBytes: ['kB', 'Redis, a patient at one a minute', 'footprint', 'one a minute', 'redisBytesPerPatient'],
  secondPatientBytes: ['kB', 'Redis, a patient at one a second', 'footprint', 'one a second', 'redisBytesPerPatient'],
  minuteWindowBytes: ['kB', '– its live window, at one a minute', 'footprint', 'one a minute', 'recentBytes'],
  secondWindowBytes: ['kB', '– its live window, at one a second', 'footprint', 'one a second', 'recentBytes'],
  identityBytes: ['kB', '– the identities of a sensor', 'footprint', 'one a second', 'seenBytes'],
  stateBytes: ['kB', '– its newest values', 'footprint', 'one a second', 'stateBytes'],
  patientDayBytes: ['B', 'Redis, a day of a patient', 'growth-days', 'last', 'redisBytesPerDay'],
  rowBytes: ['B', 'lake, a row', 'growth-days', 'last', 'lakeBytesPerRow'],
  scanSeconds: ['s', 'batch, 10 million rows', 'batch-10m', 'batch', 'seconds'],
  scanBytes: ['MB', 'batch, memory', 'batch-10m', 'batch', 'peakBytes'],
  historySeconds: ['s', 'batch, the whole long history', 'growth-days', 'last', 'fullSeconds'],
  historyDays: ['count', 'days of the long history', 'growth-days', 'last', 'size'],
  dashboardCores: ['cores', 'dashboard server at 10,000/s, cores', 'latency', '10,000/s', 'dashboard-server cores'],
  sockets: ['count', 'sockets of a dashboard server', 'fan-out', 'many sockets', 'open'],
  socketCores: ['cores', 'cores for them, 1,000 patients at 1 Hz', 'fan-out', 'many sockets', 'cores'],
} as const satisfies Record<string, Source>

/** The median of a source, in seconds, bytes or a count; NaN where it was not measured. */
type Measured = (name: keyof typeof sources) => number

/** The page with both tables written again, between their comments. */
export function refreshCapacity(page: string, rounds: Rounds): string {
  const used = Object.values<Source>(sources).map((source) => {
    const [unit, what, ...path] = source
    return [what, inUnit(medianOf(rounds, source), unit), path.join(' · ')]
  })
  const needed = neededRows((name) => medianOf(rounds, sources[name]))
  const withUsed = replaceTable(page, 'measured', [['measured', 'value', 'work · contender · figure'], ...used])
  return replaceTable(withUsed, 'needed', [['needed', 'how', 'one a minute', 'one a second'], ...needed])
}

function medianOf(rounds: Rounds, [, , work, contender, figure]: Source): number {
  const contenders = rounds[work] ?? {}
  const names = Object.keys(contenders)
  const name = contender === 'first' ? names[0] : contender === 'last' ? names.at(-1) : contender
  return spreadOf(figureByRound(contenders[name ?? ''], figure))?.median ?? Number.NaN
}

function neededRows(measured: Measured): string[][] {
  const minutely = needsAt(patients / 60, measured('minutePatientBytes'), measured)
  const secondly = needsAt(patients, measured('secondPatientBytes'), measured)
  return minutely.map(([what, how, value], i) => [what, how, value, secondly[i]?.[2] ?? '–'])
}

type Need = readonly [what: string, how: string, value: string]

/** The needs at a rate of messages. */
function needsAt(perSecond: number, patientBytes: number, measured: Measured): Need[] {
  const rowsPerDay = perSecond * daySeconds
  const processes = (cpuSeconds: number) => Math.ceil((perSecond * cpuSeconds) / load)
  const speedLayersByMemory = Math.ceil(
    (patients * (measured('manyBytes') - measured('fewBytes'))) / measured('manyPatients') / heapBytes,
  )
  const speedLayers = Math.max(processes(measured('speedCpu')), speedLayersByMemory)
  const partitions = 6 * Math.ceil(Math.max(2 * speedLayers, patients / patientsPerPartition) / 6)
  const redisBytes = patients * (patientBytes + shownDays * measured('patientDayBytes'))
  const lakeBytesPerDay = rowsPerDay * measured('rowBytes')
  const filesPerDay = Math.max(partitions * (daySeconds / roll.seconds), rowsPerDay / roll.rows)
  // A run publishes a day of each patient, and one of all patients together.
  const publishSeconds = measured('historySeconds') / (measured('historyDays') * (lakePatients + 1))
  const half = 'messages × core a message ÷ ½'
  return [
    ['messages a second', 'patients × pace', asCount(perSecond)],
    ['messages a day', '× 86,400', `${asCount(rowsPerDay / 1e6)} M`],
    ['Kafka, written a second', 'messages × message', asBytes(perSecond * measured('messageBytes'))],
    ['Kafka, kept', '× 7 days × 3 replicas', asBytes(rowsPerDay * measured('messageBytes') * retentionDays * replicas)],
    ['bridges, HTTP in batches', half, asCount(processes(measured('httpCpu')))],
    ['bridges, MQTT', half, asCount(processes(measured('mqttCpu')))],
    ['speed layers by processor', half, asCount(processes(measured('speedCpu')))],
    ['speed layers by memory', 'patients × (many − few) ÷ many patients ÷ 2 GB', asCount(speedLayersByMemory)],
    ['partitions', '2 × speed layers, ≤ 25,000 patients each, in sixes', asCount(partitions)],
    ['archivers', half, asCount(processes(measured('archiverCpu')))],
    ['Redis, nodes by processor', half, asCount(processes(measured('redisCpu')))],
    ['Redis, memory', 'patients × (a patient + 30 × a day)', asBytes(redisBytes)],
    ['Redis, nodes by memory', '÷ 16 GB', asCount(Math.ceil(redisBytes / nodeBytes))],
    ['lake, a day', 'messages × row', asBytes(lakeBytesPerDay)],
    ['lake, a year', '× 365', asBytes(365 * lakeBytesPerDay)],
    ['lake, files a day', 'partitions × 1,440, or messages ÷ 100,000', asCount(filesPerDay)],
    [
      'batch, reading a day',
      'messages ÷ 10 million × its time',
      asDuration((rowsPerDay / scannedRows) * measured('scanSeconds')),
    ],
    ['batch, publishing a day', 'patients × whole history ÷ (days × 201)', asDuration(patients * publishSeconds)],
    [
      'cores of dashboard servers, each change read once',
      'messages × cores ÷ 10,000',
      asCount((perSecond * measured('dashboardCores')) / dashboardPerSecond),
    ],
    [
      'sockets of a dashboard server',
      'sockets ÷ cores × ½',
      asCount((measured('sockets') / measured('socketCores')) * load),
    ],
  ]
}

const asCount = (value: number): string => inUnit(value, 'count')

const byteScales = [
  ['PB', 1e15],
  ['TB', 1e12],
  ['GB', 1e9],
  ['MB', 1e6],
] as const

/** `2.4 GB` */
function asBytes(bytes: number): string {
  const [name, scale] = byteScales.find((each) => bytes >= each[1]) ?? ['kB', 1e3]
  return Number.isNaN(bytes) ? '–' : `${rounded(bytes / scale)} ${name}`
}

/** `12 s`, `3.5 min`, `2.1 h` */
function asDuration(seconds: number): string {
  if (Number.isNaN(seconds)) return '–'
  if (seconds < 120) return `${rounded(seconds)} s`
  return seconds < 7200 ? `${rounded(seconds / 60)} min` : `${rounded(seconds / 3600)} h`
}

/** Throws where the page lacks the comments around that table. */
function replaceTable(page: string, name: string, table: readonly string[][]): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
  const from = page.indexOf(begin)
  const to = page.indexOf(end)
  if (from === -1 || to < from) throw new Error(`The page has no table between ${begin} and ${end}`)
  return `${page.slice(0, from)}${begin}\n\n${markdownTable(table)}\n\n${page.slice(to)}`
}

if (import.meta.main) {
  const report: Report = JSON.parse(readFileSync(join(import.meta.dirname, 'bench.json'), 'utf8'))
  const page = join(import.meta.dirname, 'capacity.md')
  writeFileSync(page, refreshCapacity(readFileSync(page, 'utf8'), roundsOf(report)))
}
