// The tables of docs/capacity.md, reckoned from what was measured: what a million patients need at two paces.
import { lakePatients } from '../data/lake.ts'
import { type Measured, measuredRows, readMeasured } from './measured.ts'
import type { WorkRounds } from './result.ts'
import { markdownRows } from './table.ts'
import { asBytes, asDuration, inUnit } from './units.ts'

const patients = 1e6
const daySeconds = 86_400
/** No process is planned to be busier than that share of a core. */
const busy = 0.5
const retentionDays = 7
const replicas = 3
const shownDays = 30
/** A speed layer keeps at most 50,000 patients of a partition in memory: half of them leave room. */
const patientsAPartition = 25_000
/** Of patients in a speed layer: half of what Node lets a heap grow to. */
const heapBytes = 2e9
/** Of a node with 32 GB: the other half is for a copy while it saves, fragments and buffers. */
const nodeBytes = 16e9
/** ARCHIVE_ROLL_SECONDS and ARCHIVE_ROLL_ROWS. */
const roll = { seconds: 60, rows: 100_000 }
const perSecondTold = 10_000
const rowsScanned = 10_000_000

interface Pace {
  perSecond: number
  /** Bytes of a patient in Redis. */
  patient: keyof Measured
}
const paces: readonly Pace[] = [
  { perSecond: patients / 60, patient: 'minutely' },
  { perSecond: patients, patient: 'secondly' },
]

/** What each pace needs: what, how it is reckoned, and a cell a pace. */
function needsOf(measured: Measured): string[][] {
  const count = (value: number) => inUnit(value, 'count')
  const processes =
    (core: number) =>
    ({ perSecond }: Pace) =>
      Math.ceil((perSecond * core) / busy)
  const held = (measured.manyBytes - measured.fewBytes) / measured.many
  const byMemory = Math.ceil((patients * held) / heapBytes)
  const speedLayers = (pace: Pace) => Math.max(processes(measured.speed)(pace), byMemory)
  const partitions = (pace: Pace) => 6 * Math.ceil(Math.max(2 * speedLayers(pace), patients / patientsAPartition) / 6)
  const rowsADay = ({ perSecond }: Pace) => perSecond * daySeconds
  const redisBytes = ({ patient }: Pace) => patients * (measured[patient] + shownDays * measured.patientDay)
  const files = (pace: Pace) => Math.max(partitions(pace) * (daySeconds / roll.seconds), rowsADay(pace) / roll.rows)
  const published = measured.history / (measured.days * (lakePatients + 1))
  const row = (what: string, how: string, write: (value: number) => string, of: (pace: Pace) => number) => [
    what,
    how,
    ...paces.map((pace) => write(of(pace))),
  ]
  const half = 'messages × core a message ÷ ½'
  return [
    row('messages a second', 'patients × pace', count, ({ perSecond }) => perSecond),
    row('messages a day', '× 86,400', (n) => `${inUnit(n / 1e6, 'count')} M`, rowsADay),
    row('Kafka, written a second', 'messages × message', asBytes, ({ perSecond }) => perSecond * measured.message),
    row('Kafka, kept', '× 7 days × 3 replicas', asBytes, (pace) => {
      return rowsADay(pace) * measured.message * retentionDays * replicas
    }),
    row('bridges, HTTP in batches', half, count, processes(measured.http)),
    row('bridges, MQTT', half, count, processes(measured.mqtt)),
    row('speed layers by processor', half, count, processes(measured.speed)),
    row('speed layers by memory', 'patients × (many − few) ÷ many patients ÷ 2 GB', count, () => byMemory),
    row('partitions', '2 × speed layers, ≤ 25,000 patients each, in sixes', count, partitions),
    row('archivers', half, count, processes(measured.archive)),
    row('Redis, nodes by processor', half, count, processes(measured.redis)),
    row('Redis, memory', 'patients × (a patient + 30 × a day)', asBytes, redisBytes),
    row('Redis, nodes by memory', '÷ 16 GB', count, (pace) => Math.ceil(redisBytes(pace) / nodeBytes)),
    row('lake, a day', 'messages × row', asBytes, (pace) => rowsADay(pace) * measured.row),
    row('lake, a year', '× 365', asBytes, (pace) => 365 * rowsADay(pace) * measured.row),
    row('lake, files a day', 'partitions × 1,440, or messages ÷ 100,000', count, files),
    row('batch, reading a day', 'messages ÷ 10 million × its time', asDuration, (pace) => {
      return (rowsADay(pace) / rowsScanned) * measured.scan
    }),
    row('batch, publishing a day', 'patients × everything ÷ (days × 201)', asDuration, () => patients * published),
    row('cores of dashboard servers, each change read once', 'messages × cores ÷ 10,000', count, ({ perSecond }) => {
      return (perSecond * measured.tell) / perSecondTold
    }),
    row('sockets of a dashboard server', 'sockets ÷ cores × ½', count, () => {
      return (measured.sockets / measured.socketCores) * busy
    }),
  ]
}

/** The page with its two tables made anew, between the marks that it has for them. */
export function refreshCapacity(page: string, rounds: Readonly<Record<string, WorkRounds>>): string {
  const measured = readMeasured(rounds)
  const needed = [['needed', 'how', 'one a minute', 'one a second'], ...needsOf(measured)]
  const used = [['measured', 'value', 'work · contender · figure'], ...measuredRows(measured)]
  return between(between(page, 'measured', markdownRows(used)), 'needed', markdownRows(needed))
}

/** Throws where the page has no marks of that name. */
function between(page: string, name: string, text: string): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
  const from = page.indexOf(begin)
  const to = page.indexOf(end)
  if (from === -1 || to < from) throw new Error(`The page has no place between ${begin} and ${end}`)
  return `${page.slice(0, from)}${begin}\n\n${text}\n\n${page.slice(to)}`
}
