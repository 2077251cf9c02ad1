// Reads values that were stored before stored values had names and a version: tuples, each value found by its position.
import type { DaySums, PatientAlerts, SignalSums, Status } from '@health/domain'
import type { LatestValue, MinuteSpread, PatientState, RecentReading, Spread } from './realtime/values.ts'

type SumsV1 = [count: number, sum: number, sumOfSquares: number, min: number | null, max: number | null]

export type DayV1 = [
  glucose: SumsV1,
  ranges: DaySums['glucoseMgdl']['ranges'],
  tightAndRisks: [inTightRange: number, lowRisk: number, highRisk: number],
  heartRate: SumsV1,
  records: [valid: number, invalid: number, duplicate: number],
  provisional: 0 | 1,
]

export function decodeDayV1([glucose, ranges, tightAndRisks, heartRate, records, provisional]: DayV1): DaySums {
  const [inTightRange, lowRisk, highRisk] = tightAndRisks
  const [validRecords, invalidRecords, duplicateRecords] = records
  return {
    glucoseMgdl: { ...decodeSums(glucose), ranges, inTightRange, lowRisk, highRisk },
    heartRateBpm: decodeSums(heartRate),
    validRecords,
    invalidRecords,
    duplicateRecords,
    provisional: provisional === 1,
  }
}

const decodeSums = ([count, sum, sumOfSquares, min, max]: SumsV1): SignalSums => ({
  count,
  sum,
  sumOfSquares,
  min,
  max,
})

type SpreadV1 = [count: number, sum: number, min: number, max: number] | null

export type MinuteV1 = [glucose: SpreadV1, heartRate: SpreadV1]

export const decodeMinuteV1 = ([glucose, heartRate]: MinuteV1): MinuteSpread => ({
  glucoseMgdl: decodeSpread(glucose),
  heartRateBpm: decodeSpread(heartRate),
})

const decodeSpread = (spread: SpreadV1): Spread | null =>
  spread === null ? null : { count: spread[0], sum: spread[1], min: spread[2], max: spread[3] }

type ReadingV1 = [
  measuredAt: number,
  receivedAt: number,
  glucose: number | null,
  heartRate: number | null,
  temperature: number | null,
]

export type ReadingsV1 = ReadingV1[]

export const decodeReadingsV1 = (readings: ReadingsV1): RecentReading[] =>
  readings.map(([measuredAt, receivedAt, glucoseMgdl, heartRateBpm, temperatureC]) => ({
    measuredAt,
    receivedAt,
    glucoseMgdl,
    heartRateBpm,
    temperatureC,
  }))

type ValueV1 = [value: number, measuredAt: number] | null

/** The earliest ones had long names, as in memory. */
export type PatientV1 =
  | [
      status: Status,
      since: number,
      glucose: ValueV1,
      heartRate: ValueV1,
      temperature: ValueV1,
      previousGlucose: ValueV1,
      /** Value and time in turn. */
      trend: number[],
      alerts?: PatientAlerts,
    ]
  | PatientState

export function decodePatientV1(patient: PatientV1): PatientState {
  if (!Array.isArray(patient)) return patient
  const [status, since, glucose, heartRate, temperature, previousGlucose, numbers, alerts] = patient
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

const decodeValue = (value: ValueV1): LatestValue | null =>
  value === null ? null : { value: value[0], measuredAt: value[1] }

/**
 * Readings of one patient in an `applied` change, five numbers each: how many ms before the change it was received, how many
 * before that it was measured, then its values.
 */
export type ChangeReadingsV1 = (number | null)[]

export function decodeChangeReadingsV1(numbers: ChangeReadingsV1, at: number): RecentReading[] {
  const readings: RecentReading[] = []
  for (let i = 0; i + 4 < numbers.length; i += 5) {
    const [ago, age, glucoseMgdl = null, heartRateBpm = null, temperatureC = null] = numbers.slice(i, i + 5)
    const receivedAt = at - (ago ?? 0)
    readings.push({ measuredAt: receivedAt - (age ?? 0), receivedAt, glucoseMgdl, heartRateBpm, temperatureC })
  }
  return readings
}
