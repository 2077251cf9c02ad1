// How the views' values are written: compact JSON, read back exactly. What the speed layer writes, the serving layer reads.
import type {
  AlertRow,
  BatchRun,
  DaySums,
  DroppedEvent,
  PatientAlerts,
  SignalSums,
  SignalValues,
  Status,
} from '@health/domain'

/** The newest value of one signal. */
export interface LatestValue {
  value: number
  /** Epoch ms, as all times here. */
  measuredAt: number
}

/** What is kept of a patient's newest values; whether they are stale depends on the hour and is told when served. */
export interface PatientState {
  latest: { glucoseMgdl: LatestValue | null; heartRateBpm: LatestValue | null; temperatureC: LatestValue | null }
  /** Glucose before the latest one. */
  previousGlucose: LatestValue | null
  /** Glucose values at least three minutes apart over the last quarter of an hour, oldest first: what the rate is told from. */
  trend: LatestValue[]
  status: Status
  /** `measuredAt` of the reading that brought the status. */
  since: number
  /** Left out where nothing is open or snoozed. */
  alerts?: PatientAlerts
}

/** A valid reading of the live window. */
export interface RecentReading extends SignalValues {
  measuredAt: number
  receivedAt: number
}

/** A minute of one signal. */
export interface Spread {
  count: number
  sum: number
  min: number
  max: number
}
export interface MinuteSpread {
  glucoseMgdl: Spread | null
  heartRateBpm: Spread | null
}

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
      alerts: AlertRow[]
      dropped: DroppedEvent[]
    }
  | { kind: 'batch-run'; run: BatchRun; published: boolean }
  /** Somebody asks for a batch run. */
  | { kind: 'batch-wanted' }
  /** A batch run waits for the lake to cover these offsets: partition → next offset. */
  | { kind: 'lake-wanted'; offsets: Record<number, number> }

type EncodedSums = [count: number, sum: number, sumOfSquares: number, min: number | null, max: number | null]

const encodeSums = ({ count, sum, sumOfSquares, min, max }: SignalSums): EncodedSums => [
  count,
  sum,
  sumOfSquares,
  min,
  max,
]
const decodeSums = ([count, sum, sumOfSquares, min, max]: EncodedSums): SignalSums => ({
  count,
  sum,
  sumOfSquares,
  min,
  max,
})

type EncodedDay = [
  glucose: EncodedSums,
  ranges: DaySums['glucoseMgdl']['ranges'],
  tightAndRisks: [number, number, number],
  heartRate: EncodedSums,
  records: [valid: number, invalid: number, duplicate: number],
  provisional: 0 | 1,
]

export function encodeDay(day: DaySums): string {
  const { ranges, inTightRange, lowRisk, highRisk } = day.glucoseMgdl
  const encoded: EncodedDay = [
    encodeSums(day.glucoseMgdl),
    ranges,
    [inTightRange, lowRisk, highRisk],
    encodeSums(day.heartRateBpm),
    [day.validRecords, day.invalidRecords, day.duplicateRecords],
    day.provisional ? 1 : 0,
  ]
  return JSON.stringify(encoded)
}

export function decodeDay(text: string): DaySums {
  const [glucose, ranges, [inTightRange, lowRisk, highRisk], heartRate, records, provisional]: EncodedDay =
    JSON.parse(text)
  return {
    glucoseMgdl: { ...decodeSums(glucose), ranges, inTightRange, lowRisk, highRisk },
    heartRateBpm: decodeSums(heartRate),
    validRecords: records[0],
    invalidRecords: records[1],
    duplicateRecords: records[2],
    provisional: provisional === 1,
  }
}

/** NaN is `null` once it is JSON. */
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

/** An item of a list of readings. */
export const encodeReadings = (readings: readonly EncodedReading[]): string => JSON.stringify(readings)

export const decodeReadings = (text: string): RecentReading[] =>
  (JSON.parse(text) as EncodedReading[]).map(decodeReading)

const decodeReading = ([
  measuredAt,
  receivedAt,
  glucoseMgdl,
  heartRateBpm,
  temperatureC,
]: EncodedReading): RecentReading => ({ measuredAt, receivedAt, glucoseMgdl, heartRateBpm, temperatureC })

type EncodedSpread = [count: number, sum: number, min: number, max: number] | null

const encodeSpread = (s: Spread | null): EncodedSpread => (s === null ? null : [s.count, s.sum, s.min, s.max])
const decodeSpread = (s: EncodedSpread): Spread | null =>
  s === null ? null : { count: s[0], sum: s[1], min: s[2], max: s[3] }

export const encodeMinute = (minute: MinuteSpread): string =>
  JSON.stringify([encodeSpread(minute.glucoseMgdl), encodeSpread(minute.heartRateBpm)])

export function decodeMinute(text: string): MinuteSpread {
  const [glucose, heartRate]: [EncodedSpread, EncodedSpread] = JSON.parse(text)
  return { glucoseMgdl: decodeSpread(glucose), heartRateBpm: decodeSpread(heartRate) }
}

type EncodedValue = [value: number, measuredAt: number] | null

/** Written with every commit of a patient, and told: so without names. */
type EncodedPatient = [
  status: Status,
  since: number,
  glucose: EncodedValue,
  heartRate: EncodedValue,
  temperature: EncodedValue,
  previousGlucose: EncodedValue,
  /** Value and time in turn. */
  trend: number[],
  alerts?: PatientAlerts,
]

const encodeValue = (v: LatestValue | null): EncodedValue => (v === null ? null : [v.value, v.measuredAt])
const decodeValue = (v: EncodedValue): LatestValue | null => (v === null ? null : { value: v[0], measuredAt: v[1] })

export function encodePatient({ status, since, latest, previousGlucose, trend, alerts }: PatientState): string {
  const encoded: EncodedPatient = [
    status,
    since,
    encodeValue(latest.glucoseMgdl),
    encodeValue(latest.heartRateBpm),
    encodeValue(latest.temperatureC),
    encodeValue(previousGlucose),
    trend.flatMap(({ value, measuredAt }) => [value, measuredAt]),
  ]
  if (alerts !== undefined) encoded.push(alerts)
  return JSON.stringify(encoded)
}

export const decodePatient = (text: string): PatientState => patientOf(JSON.parse(text))

/** With names, as a speed layer of before wrote it, it is one already. */
function patientOf(encoded: EncodedPatient | PatientState): PatientState {
  if (!Array.isArray(encoded)) return encoded
  const [status, since, glucose, heartRate, temperature, previousGlucose, numbers, alerts] = encoded
  const trend: LatestValue[] = []
  for (let i = 0; i + 1 < numbers.length; i += 2)
    trend.push({ value: numbers[i] ?? 0, measuredAt: numbers[i + 1] ?? 0 })
  return {
    latest: {
      glucoseMgdl: decodeValue(glucose),
      heartRateBpm: decodeValue(heartRate),
      temperatureC: decodeValue(temperature),
    },
    previousGlucose: decodeValue(previousGlucose),
    trend,
    status,
    since,
    ...(alerts && { alerts }),
  }
}

type Applied = ViewChange & { kind: 'applied' }

/**
 * Readings of one patient, their numbers one behind the other, NaN for `null`: how many ms before the change it was received,
 * how many before that it was measured, then its values. A burst brings thousands, and short numbers are soon written.
 */
export type ToldReadings = number[]

const numbersEach = 5

export function addTold(told: ToldReadings, at: number, reading: EncodedReading): void {
  const [measuredAt, receivedAt, glucose, heartRate, temperature] = reading
  const none = Number.NaN
  told.push(at - receivedAt, receivedAt - measuredAt, glucose ?? none, heartRate ?? none, temperature ?? none)
}

function decodeTold(told: readonly unknown[], at: number): RecentReading[] {
  const readings: RecentReading[] = []
  for (let i = 0; i < told.length; i += numbersEach) {
    const [ago, age, ...values] = told.slice(i, i + numbersEach) as EncodedReading
    const receivedAt = at - ago
    readings.push(decodeReading([receivedAt - age, receivedAt, ...values]))
  }
  return readings
}

/** An `applied` change of which patients and readings are encoded already. */
export function encodeApplied(
  { partition, at, alerts, dropped }: Pick<Applied, 'partition' | 'at' | 'alerts' | 'dropped'>,
  patients: Readonly<Record<string, string>>,
  readings: ReadonlyMap<string, ToldReadings>,
): string {
  const states = Object.entries(patients).map(([patientId, state]) => `${JSON.stringify(patientId)}:${state}`)
  const told = Array.from(readings, ([patientId, theirs]) => `${JSON.stringify(patientId)}:${JSON.stringify(theirs)}`)
  return `{"kind":"applied","partition":${partition},"at":${at},"patients":{${states.join()}},"readings":{${told.join()}},"alerts":${JSON.stringify(alerts)},"dropped":${JSON.stringify(dropped)}}`
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
  const change = JSON.parse(text)
  if (change.kind !== 'applied') return change
  const patients = Object.entries(change.patients as Record<string, EncodedPatient>)
  // A speed layer of before tells them in a list: whoever shows them reads them once more when it asks.
  const readings = Array.isArray(change.readings) ? [] : Object.entries<unknown[]>(change.readings)
  return {
    // A speed layer of before tells nothing of what it dropped.
    dropped: [],
    ...change,
    patients: Object.fromEntries(patients.map(([patientId, state]) => [patientId, patientOf(state)])),
    readings: readings.flatMap(([patientId, told]) =>
      decodeTold(told, change.at).map((reading) => [patientId, reading] as const),
    ),
  }
}
