// Writes and reads the views' values, exactly: the speed and batch layers write them, the serving layer reads them.
import type { AlertSnapshot, DaySums, DroppedRecord, SignalSums, SignalValues } from '@health/domain'
import { type BatchRun, readBatchRun } from './batch/batch-run.ts'
import {
  type ChangeReadingsV1,
  type DayV1,
  decodeChangeReadingsV1,
  decodeDayV1,
  decodeMinuteV1,
  decodePatientV1,
  decodeReadingsV1,
  type MinuteV1,
  type PatientV1,
  type ReadingsV1,
} from './codec-v1.ts'
import type { LatestValue, MinuteSpread, PatientState, RecentReading, Spread } from './realtime/values.ts'
import {
  type ChangeReadings,
  type StoredColumns,
  type StoredDay,
  type StoredMinute,
  type StoredPatient,
  type StoredReadings,
  type StoredSpread,
  type StoredSums,
  type StoredValue,
  type Versioned,
  version,
} from './stored-forms.ts'

/** What the views tell their watchers. */
export type ViewChange =
  | {
      kind: 'applied'
      partition: number
      /** When the speed layer wrote it: `receivedAt` to here is its latency. */
      at: number
      patients: Record<string, PatientState>
      /** Each patient's in the order in which they came. */
      readings: [patientId: string, reading: RecentReading][]
      /** As they were after each change, in order. */
      alerts: AlertSnapshot[]
      dropped: DroppedRecord[]
    }
  | { kind: 'batch-run'; run: BatchRun; published: boolean }
  /** Somebody asks for a batch run. */
  | { kind: 'batch-wanted' }
  /** A batch run waits for the lake to cover these offsets: partition → next offset. */
  | { kind: 'lake-wanted'; offsets: Record<number, number> }

/** False for a value without a version. Throws on another version: to guess what it means could show wrong values. */
function isCurrent<Stored extends Versioned>(stored: Stored | object): stored is Stored {
  if (!('v' in stored)) return false
  if (stored.v !== version)
    throw new Error(`A value in the views has version ${stored.v}; this program reads version ${version}`)
  return true
}

const encodeSums = ({ count, sum, sumOfSquares, min, max }: SignalSums): StoredSums => ({
  n: count,
  sum,
  sq: sumOfSquares,
  min,
  max,
})
const decodeSums = ({ n, sum, sq, min, max }: StoredSums): SignalSums => ({
  count: n,
  sum,
  sumOfSquares: sq,
  min,
  max,
})

export function encodeDay(day: DaySums): string {
  const { ranges, inTightRange, lowRisk, highRisk } = day.glucoseMgdl
  const stored: StoredDay = {
    v: version,
    g: { ...encodeSums(day.glucoseMgdl), rg: ranges, tr: inTightRange, lr: lowRisk, hr: highRisk },
    h: encodeSums(day.heartRateBpm),
    ok: day.validRecords,
    bad: day.invalidRecords,
    dup: day.duplicateRecords,
    pv: day.provisional,
  }
  return JSON.stringify(stored)
}

export function decodeDay(text: string): DaySums {
  const stored: StoredDay | DayV1 = JSON.parse(text)
  if (!isCurrent(stored)) return decodeDayV1(stored)
  const { g, h, ok, bad, dup, pv } = stored
  return {
    glucoseMgdl: { ...decodeSums(g), ranges: g.rg, inTightRange: g.tr, lowRisk: g.lr, highRisk: g.hr },
    heartRateBpm: decodeSums(h),
    validRecords: ok,
    invalidRecords: bad,
    duplicateRecords: dup,
    provisional: pv,
  }
}

const encodeSpread = (s: Spread | null): StoredSpread | null => s && { n: s.count, sum: s.sum, min: s.min, max: s.max }
const decodeSpread = (s: StoredSpread | null): Spread | null => s && { count: s.n, sum: s.sum, min: s.min, max: s.max }

export function encodeMinute({ glucoseMgdl, heartRateBpm }: MinuteSpread): string {
  const stored: StoredMinute = { v: version, g: encodeSpread(glucoseMgdl), h: encodeSpread(heartRateBpm) }
  return JSON.stringify(stored)
}

export function decodeMinute(text: string): MinuteSpread {
  const stored: StoredMinute | MinuteV1 = JSON.parse(text)
  if (!isCurrent(stored)) return decodeMinuteV1(stored)
  return { glucoseMgdl: decodeSpread(stored.g), heartRateBpm: decodeSpread(stored.h) }
}

const encodeValue = (v: LatestValue): StoredValue => ({ x: v.value, t: v.measuredAt })
const decodeValue = (v: StoredValue): LatestValue => ({ value: v.x, measuredAt: v.t })

export function encodePatient({ latest, previousGlucose, trend, status, since, alerts }: PatientState): string {
  const stored: StoredPatient = {
    v: version,
    g: latest.glucoseMgdl && encodeValue(latest.glucoseMgdl),
    h: latest.heartRateBpm && encodeValue(latest.heartRateBpm),
    c: latest.temperatureC && encodeValue(latest.temperatureC),
    pg: previousGlucose && encodeValue(previousGlucose),
    td: trend.map(encodeValue),
    st: status,
    since,
    ...(alerts && { alerts }),
  }
  return JSON.stringify(stored)
}

export const decodePatient = (text: string): PatientState => patientOf(JSON.parse(text))

function patientOf(stored: StoredPatient | PatientV1): PatientState {
  if (!isCurrent(stored)) return decodePatientV1(stored)
  const { g, h, c, pg, td, st, since, alerts } = stored
  return {
    latest: {
      glucoseMgdl: g && decodeValue(g),
      heartRateBpm: h && decodeValue(h),
      temperatureC: c && decodeValue(c),
    },
    previousGlucose: pg && decodeValue(pg),
    trend: td.map(decodeValue),
    status: st,
    since,
    ...(alerts && { alerts }),
  }
}

/** A reading in memory until it is stored. NaN stands for `null`, which JSON makes of it. */
export type EncodedReading = [
  measuredAt: number,
  receivedAt: number,
  glucose: number | null,
  heartRate: number | null,
  temperature: number | null,
]

export const encodeReading = (r: RecentReading): EncodedReading => [
  r.measuredAt,
  r.receivedAt,
  r.glucoseMgdl,
  r.heartRateBpm,
  r.temperatureC,
]

const encodeSignals = (readings: readonly (EncodedReading | ToldReading)[]): StoredColumns => ({
  g: readings.map((reading) => reading[2]),
  h: readings.map((reading) => reading[3]),
  c: readings.map((reading) => reading[4]),
})
const decodeSignals = ({ g, h, c }: StoredColumns, i: number): SignalValues => ({
  glucoseMgdl: g[i] ?? null,
  heartRateBpm: h[i] ?? null,
  temperatureC: c[i] ?? null,
})

/** An item of a list of readings. */
export function encodeReadings(readings: readonly EncodedReading[]): string {
  const stored: StoredReadings = {
    v: version,
    t: readings.map((reading) => reading[0]),
    r: readings.map((reading) => reading[1]),
    ...encodeSignals(readings),
  }
  return JSON.stringify(stored)
}

export function decodeReadings(text: string): RecentReading[] {
  const stored: StoredReadings | ReadingsV1 = JSON.parse(text)
  if (!isCurrent(stored)) return decodeReadingsV1(stored)
  const { t, r } = stored
  return t.map((measuredAt, i) => ({ measuredAt, receivedAt: r[i] ?? measuredAt, ...decodeSignals(stored, i) }))
}

type Applied = ViewChange & { kind: 'applied' }

/** A reading in memory until its change is written; times as in `ChangeReadings`. */
type ToldReading = [ago: number, age: number, ...values: [number | null, number | null, number | null]]

/** Readings of one patient. */
export type ToldReadings = ToldReading[]

export function addTold(told: ToldReadings, at: number, reading: EncodedReading): void {
  const [measuredAt, receivedAt, glucose, heartRate, temperature] = reading
  told.push([at - receivedAt, receivedAt - measuredAt, glucose, heartRate, temperature])
}

function encodeChangeReadings(told: ToldReadings): string {
  const readings: ChangeReadings = {
    ago: told.map((reading) => reading[0]),
    age: told.map((reading) => reading[1]),
    ...encodeSignals(told),
  }
  return JSON.stringify(readings)
}

function decodeChangeReadings(readings: ChangeReadings, at: number): RecentReading[] {
  return readings.ago.map((ago, i) => {
    const receivedAt = at - ago
    const measuredAt = receivedAt - (readings.age[i] ?? 0)
    return { measuredAt, receivedAt, ...decodeSignals(readings, i) }
  })
}

/** An `applied` change of which patients and readings are encoded already. */
export function encodeApplied(
  { partition, at, alerts, dropped }: Pick<Applied, 'partition' | 'at' | 'alerts' | 'dropped'>,
  patients: Readonly<Record<string, string>>,
  readings: ReadonlyMap<string, ToldReadings>,
): string {
  const named = (patientId: string, text: string) => `${JSON.stringify(patientId)}:${text}`
  const states = Object.entries(patients).map(([patientId, state]) => named(patientId, state))
  const lists = Array.from(readings, ([patientId, told]) => named(patientId, encodeChangeReadings(told)))
  return `{"v":${version},"kind":"applied","partition":${partition},"at":${at},"patients":{${states.join()}},"readings":{${lists.join()}},"alerts":${JSON.stringify(alerts)},"dropped":${JSON.stringify(dropped)}}`
}

export function encodeChange(change: ViewChange): string {
  if (change.kind !== 'applied') return JSON.stringify(change)
  const states = Object.entries(change.patients).map(([patientId, state]) => [patientId, encodePatient(state)])
  const readings = new Map<string, ToldReadings>()
  for (const [patientId, reading] of change.readings) {
    const told = readings.get(patientId) ?? []
    readings.set(patientId, told)
    addTold(told, change.at, encodeReading(reading))
  }
  return encodeApplied(change, Object.fromEntries(states), readings)
}

export function decodeChange(text: string): ViewChange {
  const stored = JSON.parse(text)
  if (stored.kind === 'batch-run') return { ...stored, run: readBatchRun(stored.run) }
  if (stored.kind !== 'applied') return stored
  const isVersioned = isCurrent<Versioned & Pick<Applied, 'alerts' | 'dropped'>>(stored)
  const decodeList = isVersioned ? decodeChangeReadings : decodeChangeReadingsV1
  const { partition, at } = stored
  // A speed layer of the release before, which may still run during an update, sends rows here; open alerts are in `patients`.
  const { alerts, dropped } = isVersioned ? stored : { alerts: [], dropped: [] }
  const patients: Record<string, PatientState> = {}
  for (const [patientId, state] of Object.entries<StoredPatient | PatientV1>(stored.patients))
    patients[patientId] = patientOf(state)
  const readings = Object.entries<ChangeReadings & ChangeReadingsV1>(stored.readings).flatMap(([patientId, list]) =>
    decodeList(list, at).map((reading): [string, RecentReading] => [patientId, reading]),
  )
  return { kind: 'applied', partition, at, patients, readings, alerts, dropped }
}
