// For tests of the scan: records of every kind, lakes as the archiver would have written them, and what their days come to.
import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import {
  addReading,
  createDayOf,
  type DaySums,
  emptyDay,
  formatReading,
  parseReading,
  type Reading,
  signals,
  validateReading,
} from '@health/domain'
import fc from 'fast-check'
import { expect } from 'vitest'
import { dateOf, lakeFile } from '../local/partition.ts'
import { formatRows } from '../rows/format-rows.ts'
import { type ArchivedRecord, lakeHeader } from '../rows/row.ts'
import type { LakeScan } from './scan.ts'

export const topic = 'health_stream'

/** Writes records of one partition, in offset order, in files of up to `rows` rows and one date each. */
export function writeLake(lakeDir: string, partition: number, records: readonly ArchivedRecord[], rows = 1000): void {
  let path = ''
  let date = ''
  let left = 0
  for (const record of records) {
    if (left === 0 || dateOf(record.receivedAt) !== date) {
      date = dateOf(record.receivedAt)
      path = lakeFile(lakeDir, { topic, partition, firstOffset: record.offset, date }).path
      left = rows
    }
    mkdirSync(dirname(path), { recursive: true })
    if (!existsSync(path)) writeFileSync(path, lakeHeader)
    appendFileSync(path, formatRows(partition, [record]))
    left--
  }
}

export const noon = Date.UTC(2026, 2, 28, 12)
export const aRecord = (
  offset: number,
  text: string,
  receivedAt = noon,
  key: string | null = null,
): ArchivedRecord => ({
  offset,
  key: key === null ? null : Buffer.from(key),
  value: Buffer.from(text),
  receivedAt,
})
export const reading = (fields: Partial<Reading>): string =>
  formatReading({
    patientId: 'p001',
    sensorId: null,
    measuredAt: noon,
    glucoseMgdl: null,
    heartRateBpm: null,
    temperatureC: null,
    ...fields,
  })
export type Log = Map<number, ArchivedRecord[]>

/** What the records come to by the functions that the speed layer uses, with every identity remembered. */
export function foldLog(
  log: Log,
  watermark: ReadonlyMap<number, number> | null,
  timeZone: string,
): Map<string, DaySums> {
  const dayOf = createDayOf(timeZone)
  const days = new Map<string, DaySums>()
  const seen = new Set<string>()
  const dayFor = (patientId: string, measuredAt: number): DaySums => {
    const id = `${patientId} ${dayOf(measuredAt)}`
    const day = days.get(id) ?? emptyDay()
    days.set(id, day)
    return day
  }
  for (const [partition, records] of [...log].sort(([a], [b]) => a - b)) {
    for (const { offset, key, value, receivedAt } of records) {
      if (watermark !== null && offset >= (watermark.get(partition) ?? 0)) continue
      const parsed = parseReading(value, key)
      const verdict = validateReading(parsed, receivedAt)
      if (verdict.kind === 'invalid') {
        const { patientId, measuredAt } = verdict
        if (patientId !== null && measuredAt !== null) dayFor(patientId, measuredAt).invalidRecords++
        continue
      }
      const first = { ...verdict.reading }
      const { patientId, sensorId, measuredAt } = first
      let fresh = 0
      for (const signal of signals) {
        if (first[signal] === null) continue
        const identity = `${patientId} ${sensorId} ${measuredAt} ${signal}`
        if (seen.has(identity)) first[signal] = null
        else fresh++
        seen.add(identity)
      }
      if (fresh === 0) dayFor(patientId, measuredAt).duplicateRecords++
      else addReading(dayFor(patientId, measuredAt), first)
    }
  }
  return days
}

export const scanned = ({ days }: LakeScan): Map<string, DaySums> =>
  new Map(days.map(({ patientId, date, day }) => [`${patientId} ${date}`, day]))

export function expectSameDays(actual: Map<string, DaySums>, expected: Map<string, DaySums>): void {
  expect([...actual.keys()].sort()).toEqual([...expected.keys()].sort())
  for (const [id, day] of expected) expect(closely(actual.get(id)), id).toEqual(closely(day))
}

/** Sums of many numbers depend on their order, in the last bits; the nudge takes ties of rounding to one side. */
const closely = (day: DaySums | undefined): unknown =>
  JSON.parse(JSON.stringify(day), (_, value) =>
    typeof value === 'number' ? Number((value * (1 + 1e-12)).toPrecision(9)) : value,
  )

export const zones = [
  'UTC',
  'Europe/Berlin',
  'Asia/Kathmandu',
  'America/St_Johns',
  'Pacific/Kiritimati',
  'Africa/Monrovia',
]
/** Around days of 23 and 25 hours, a date line, the beginning of plausible times; and times that no clock has. */
const anyMoment = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -3, max: 6 }).map((n) => Date.UTC(2026, 2, 28, 20) + n * 3_600_000) },
  fc.integer({ min: -3, max: 30 }).map((n) => Date.UTC(2026, 9, 24, 20) + n * 3_600_000 - 1),
  fc.integer({ min: -3, max: 3 }).map((n) => Date.UTC(2000, 0, 1) + n * 3_600_000),
  fc.constantFrom(Date.UTC(1900, 0, 1), Date.UTC(1931, 5, 1, 23, 50, 10), Date.UTC(2150, 0, 1), Date.UTC(9999, 11, 31)),
)
const anyGlucose = fc.constantFrom(
  null,
  19.9,
  20,
  39,
  53.9,
  54,
  69,
  70,
  112.5,
  140,
  140.1,
  180,
  181,
  250,
  251,
  1000,
  1e21,
  -5,
)
const anyPulse = fc.constantFrom(null, 0, 29, 30, 72, 111.5, 250, 251, 5e-324)
const anyText = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .record({
        patientId: fc.constantFrom('p001', 'p002', 'a.b_c-D'),
        sensorId: fc.constantFrom(null, 's1', 's2'),
        measuredAt: anyMoment,
        glucoseMgdl: anyGlucose,
        heartRateBpm: anyPulse,
        temperatureC: fc.constantFrom(null, 29.9, 36.6, 45),
      })
      .map((fields) => reading(fields)),
  },
  fc
    .record({ sensor: fc.constantFrom('p001', 's1'), at: anyMoment, glucose: fc.integer({ min: 10, max: 300 }) })
    .map(({ sensor, at, glucose }) => `{"sensor_id":"${sensor}","timestamp":${at / 1000},"glucose_level": ${glucose}}`),
  anyMoment.map((at) => `{"patient_id":"p001","measured_at":"${new Date(at).toISOString()}","note":"a, \\"b\\"\\n"}`),
  fc.constantFrom('', 'not json', '{"patient_id":"p001"}', 'base64:', '\u0000', '"', 'a,b'),
)
export const anyLog: fc.Arbitrary<Log> = fc
  .array(fc.tuple(fc.constantFrom(0, 1, 17), anyText, fc.constantFrom(null, 'p001', 'p002'), fc.nat(30)), {
    maxLength: 60,
    size: 'max',
  })
  .map((records) => {
    const log: Log = new Map()
    for (const [i, [partition, text, key, gap]] of records.entries()) {
      const before = log.get(partition) ?? []
      const offset = (before.at(-1)?.offset ?? 1000) + 1 + (gap === 30 ? 5 : 0)
      log.set(partition, [...before, aRecord(offset, text, Date.UTC(2026, 2, 28, 12) + i * 3_600_000, key)])
    }
    return log
  })
