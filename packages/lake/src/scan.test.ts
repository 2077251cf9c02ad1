import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  addReading,
  createDayOf,
  type DaySums,
  emptyDay,
  formatReading,
  glucoseFigures,
  parseReading,
  type Reading,
  signalFigures,
  signals,
  validateReading,
} from '@health/domain'
import { referenceFigures } from '@health/domain/testing'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { lakeFile, rawFolder } from './partition.ts'
import { LakeFileDamaged } from './read-file.ts'
import type { ArchivedRecord } from './row.ts'
import { topic, writeLake } from './scan.fixture.ts'
import { type LakeBasis, LakeEmpty, type LakeScan, scanLake } from './scan.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lake [o'ne] *"))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const noon = Date.UTC(2026, 2, 28, 12)
const aRecord = (offset: number, text: string, receivedAt = noon, key: string | null = null): ArchivedRecord => ({
  offset,
  key: key === null ? null : Buffer.from(key),
  value: Buffer.from(text),
  receivedAt,
})
const reading = (fields: Partial<Reading>): string =>
  formatReading({
    patientId: 'p001',
    sensorId: null,
    measuredAt: noon,
    glucoseMgdl: null,
    heartRateBpm: null,
    temperatureC: null,
    ...fields,
  })
const scan = (options: Partial<Parameters<typeof scanLake>[1]> = {}): Promise<LakeScan> =>
  scanLake(folder, { topic, watermark: null, timeZone: 'UTC', ...options })

type Log = Map<number, ArchivedRecord[]>

/** What the records come to by the functions that the speed layer uses, with every identity remembered. */
function foldLog(log: Log, watermark: ReadonlyMap<number, number> | null, timeZone: string): Map<string, DaySums> {
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
      const parsed = parseReading(value, key === null ? null : Buffer.from(key).toString())
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

const scanned = ({ days }: LakeScan): Map<string, DaySums> =>
  new Map(days.map(({ patientId, date, day }) => [`${patientId} ${date}`, day]))

function expectSameDays(actual: Map<string, DaySums>, expected: Map<string, DaySums>): void {
  expect([...actual.keys()].sort()).toEqual([...expected.keys()].sort())
  for (const [id, day] of expected) expect(closely(actual.get(id)), id).toEqual(closely(day))
}

/** Sums of many numbers depend on their order, in the last bits. */
const closely = (day: DaySums | undefined): unknown =>
  JSON.parse(JSON.stringify(day), (_, value) => (typeof value === 'number' ? Number(value.toPrecision(9)) : value))

const zones = ['UTC', 'Europe/Berlin', 'Asia/Kathmandu', 'America/St_Johns', 'Pacific/Kiritimati', 'Africa/Monrovia']
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
const anyLog: fc.Arbitrary<Log> = fc
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

describe('the daily sums of the lake', () => {
  test('equal those of the functions that the speed layer uses, for any records and portions', async () => {
    const property = fc.asyncProperty(
      anyLog,
      fc.constantFrom(...zones),
      fc.constantFrom(1, 3, 1000),
      fc.constantFrom(1, 1500, 1e9),
      fc.option(fc.nat(1040)),
      async (log, timeZone, rows, portionBytes, end) => {
        fc.pre([...log.values()].some((records) => records.length > 0))
        rmSync(rawFolder(folder), { recursive: true, force: true })
        for (const [partition, records] of log) writeLake(folder, partition, records, rows)
        const watermark = end === null ? null : new Map([...log.keys()].map((partition) => [partition, end]))
        const result = await scan({ timeZone, watermark, portionBytes })
        expectSameDays(scanned(result), foldLog(log, watermark, timeZone))
        const counted = [...log.values()].flat().filter(({ offset }) => end === null || offset < end)
        expect(result.records).toBe(counted.length)
      },
    )
    await fc.assert(property, { numRuns: 60 })
  }, 120_000)

  test('of several valid values the first in the log counts, though an earlier one is implausible', async () => {
    writeLake(folder, 0, [
      aRecord(0, reading({ glucoseMgdl: 2500 })),
      aRecord(1, reading({ glucoseMgdl: 100 })),
      aRecord(2, reading({ glucoseMgdl: 200, heartRateBpm: 80 })),
      aRecord(3, reading({ glucoseMgdl: 100 })),
    ])
    const { days } = await scan()
    expect(days[0]?.day).toMatchObject({ validRecords: 2, invalidRecords: 1, duplicateRecords: 1 })
    expect(days[0]?.day.glucoseMgdl).toMatchObject({ count: 1, sum: 100 })
    expect(days[0]?.day.heartRateBpm).toMatchObject({ count: 1, sum: 80 })
  })

  test('a reading sent again days later is still a duplicate', async () => {
    const again = [0, 1, 2].map((day) => aRecord(day, reading({ glucoseMgdl: 100 + day }), noon + day * 86_400_000))
    writeLake(folder, 0, again)
    const { days } = await scan({ portionBytes: 1 })
    expect(days).toHaveLength(1)
    expect(days[0]?.day).toMatchObject({ validRecords: 1, duplicateRecords: 2, glucoseMgdl: { count: 1, sum: 100 } })
  })

  test('a gap that retention left is counted', async () => {
    writeLake(folder, 0, [aRecord(3, reading({ glucoseMgdl: 100 })), aRecord(9, reading({ glucoseMgdl: 101 }))])
    expect(await scan()).toMatchObject({ records: 2, missing: 5, watermark: new Map([[0, 10]]) })
  })

  test('a record as long as the log takes is read, were it all quotes', async () => {
    writeLake(folder, 0, [aRecord(0, '"'.repeat(900_000)), aRecord(1, reading({ glucoseMgdl: 100 }))])
    expect((await scan()).records).toBe(2)
  })
})

describe('a scan that goes on from an earlier one', () => {
  test('comes to the same as one of everything, wherever the earlier ones ended', async () => {
    const property = fc.asyncProperty(
      anyLog,
      fc.constantFrom(...zones),
      fc.constantFrom(1, 3, 1000),
      fc.constantFrom(1, 1500, 1e9),
      fc.array(fc.integer({ min: 1001, max: 1040 }), { minLength: 2, maxLength: 4 }),
      async (log, timeZone, rows, portionBytes, ends) => {
        fc.pre([...log.values()].some((records) => records.length > 0))
        rmSync(rawFolder(folder), { recursive: true, force: true })
        for (const [partition, records] of log) writeLake(folder, partition, records, rows)
        let days = new Map<string, DaySums>()
        let basis: LakeBasis | null = null
        for (const end of ends.sort((a, b) => a - b)) {
          // Not every partition gets on.
          const watermark = new Map([...log.keys()].map((partition) => [partition, partition === 17 ? 1010 : end]))
          const result = await scan({ timeZone, watermark, portionBytes, basis })
          days = new Map([...(result.goesOn ? days : []), ...scanned(result)])
          expectSameDays(days, foldLog(log, watermark, timeZone))
          const all = await scan({ timeZone, watermark, portionBytes })
          expect(result).toMatchObject({ records: all.records, missing: all.missing, lastReceived: all.lastReceived })
          basis = JSON.parse(JSON.stringify(result.basis)) as LakeBasis
        }
      },
    )
    await fc.assert(property, { numRuns: 15 })
  }, 180_000)

  const tenDays = Array.from({ length: 10 }, (_, day) => {
    const receivedAt = noon + day * 86_400_000
    return aRecord(day, reading({ measuredAt: receivedAt, glucoseMgdl: 100 + day }), receivedAt)
  })

  test('reads only the dates that hold some of the days touched since', async () => {
    writeLake(folder, 0, tenDays.slice(0, 9))
    const { basis } = await scan({ portionBytes: 1 })
    writeLake(folder, 0, tenDays.slice(9))
    // What is neither new nor concerned could be anything, of the same size.
    const untouched = lakeFile(folder, { topic, partition: 0, firstOffset: 3, date: '2026-03-31' }).path
    writeFileSync(untouched, readFileSync(untouched, 'utf8').replace(',103,', ',xyz,'))
    const next = await scan({ basis })
    expect(next).toMatchObject({ goesOn: true, records: 10, newRecords: 1 })
    expect(next.days.map(({ date }) => date)).toEqual(['2026-04-06'])
    await expect(scan()).rejects.toThrow(untouched)
  })

  test('finds that a reading of long ago was sent again', async () => {
    writeLake(folder, 0, tenDays)
    const { basis } = await scan({ portionBytes: 1 })
    writeLake(folder, 0, [aRecord(10, reading({ measuredAt: noon, glucoseMgdl: 300 }), noon + 11 * 86_400_000)])
    const { days } = await scan({ basis })
    expect(days).toMatchObject([
      { date: '2026-03-28', day: { validRecords: 1, duplicateRecords: 1, glucoseMgdl: { sum: 100 } } },
    ])
  })

  test('begins anew when an old file was cut off, and names it', async () => {
    writeLake(folder, 0, tenDays.slice(0, 9))
    const { basis } = await scan({ portionBytes: 1 })
    writeLake(folder, 0, tenDays.slice(9))
    const path = lakeFile(folder, { topic, partition: 0, firstOffset: 3, date: '2026-03-31' }).path
    truncateSync(path, readFileSync(path).length - 1)
    await expect(scan({ basis })).rejects.toThrow(path)
  })

  test('begins anew when a file is gone', async () => {
    writeLake(folder, 0, tenDays)
    const { basis } = await scan({ portionBytes: 1 })
    rmSync(lakeFile(folder, { topic, partition: 0, firstOffset: 3, date: '2026-03-31' }).path)
    expect(await scan({ basis })).toMatchObject({ goesOn: false, records: 9, missing: 1 })
  })

  test('begins anew when the days were made in another way', async () => {
    writeLake(folder, 0, tenDays)
    const { basis } = await scan()
    const { watermark } = basis
    expect(await scan({ basis: { ...basis, form: 'other time zones' } })).toMatchObject({ goesOn: false, records: 10 })
    const unreadable = { form: 'of later', watermark } as unknown as LakeBasis
    expect(await scan({ basis: unreadable })).toMatchObject({ goesOn: false, records: 10 })
  })

  test('tells how it gets on, and can be stopped, while it looks for what is new', async () => {
    writeLake(folder, 0, tenDays.slice(0, 3))
    const { basis } = await scan()
    writeLake(folder, 0, tenDays.slice(3))
    const shares: number[] = []
    const stopping = new AbortController()
    const onProgress = ({ share }: { share: number }) => {
      if (shares.push(share) === 3) stopping.abort(new Error('enough'))
    }
    await expect(scan({ basis, portionBytes: 1, onProgress, signal: stopping.signal })).rejects.toThrow('enough')
    expect(shares).toEqual([0, 0, 0])
  })

  test('has nothing to compute when nothing is new', async () => {
    writeLake(folder, 0, tenDays)
    const { basis } = await scan()
    expect(await scan({ basis })).toMatchObject({ goesOn: true, days: [], records: 10, newRecords: 0, basis })
  })
})

describe('a lake that cannot be relied on', () => {
  const fileOf = (partition: number, firstOffset: number): string =>
    lakeFile(folder, { topic, partition, firstOffset, date: '2026-03-28' }).path

  beforeEach(() =>
    writeLake(
      folder,
      0,
      [0, 1].map((i) => aRecord(i, reading({ glucoseMgdl: 100 + i }))),
    ),
  )

  test('a folder without a lake is told apart from an error', async () => {
    rmSync(rawFolder(folder), { recursive: true })
    await expect(scan()).rejects.toThrow(LakeEmpty)
  })

  test('a lake of another topic says whose records it holds', async () => {
    await expect(scan({ topic: 'other' })).rejects.toThrow('holds records of health_stream, none of other')
  })

  test('a file that was cut off is named', async () => {
    truncateSync(fileOf(0, 0), 150)
    await expect(scan()).rejects.toThrow(fileOf(0, 0))
  })

  test('a row that was damaged is named with its file', async () => {
    const path = fileOf(0, 0)
    writeFileSync(path, readFileSync(path, 'utf8').replace(',100,', ',abc,'))
    const error = await scan().catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(LakeFileDamaged)
    expect(error).toHaveProperty('message', expect.stringContaining(path))
    expect(error).toHaveProperty('message', expect.stringContaining('row 1'))
  })

  test('a foreign file is named; what a writer left behind is not read', async () => {
    appendFileSync(join(rawFolder(folder), 'date=2026-03-28', `.${topic}-000-${'2'.padStart(20, '0')}.1-a.tmp`), 'half')
    expect((await scan()).records).toBe(2)
    writeFileSync(join(rawFolder(folder), 'date=2026-03-28', 'notes.csv'), 'a,b\n')
    await expect(scan()).rejects.toThrow('notes.csv')
  })

  test('two files that hold the same offsets are refused', async () => {
    writeLake(folder, 0, [aRecord(1, reading({ glucoseMgdl: 100 }))])
    await expect(scan()).rejects.toThrow('was not written by the archiver')
  })

  test('files with other columns are refused', async () => {
    mkdirSync(join(rawFolder(folder), 'date=2026-03-28'), { recursive: true })
    const rows = readFileSync(fileOf(0, 0), 'utf8').split('\n').slice(1).join('\n')
    writeFileSync(fileOf(0, 0), `a,b,c,d,e,f,g,h,i,j\n${rows}`)
    await expect(scan()).rejects.toThrow("does not begin with the lake's columns")
  })
})

test('the figures of a real person equal the reference', async () => {
  const samples = join(import.meta.dirname, '../../../data/samples')
  const [, ...lines] = readFileSync(join(samples, 'uom-2303.csv'), 'utf8').trim().split('\n')
  const number = (cell: string | undefined): number | null => (cell ? Number(cell) : null)
  const records = lines.map((line, i) => {
    const [patientId = '', sensorId = '', time = '', glucose, pulse] = line.split(',')
    const fields = { patientId, sensorId, measuredAt: Date.parse(time), glucoseMgdl: number(glucose) }
    return aRecord(i, reading({ ...fields, heartRateBpm: number(pulse) }), Date.UTC(2026, 0, 1))
  })
  writeLake(folder, 3, records, 100_000)
  const { days } = await scan()
  const references: Record<string, number | string>[] = JSON.parse(
    readFileSync(join(samples, 'uom-2303.daily-reference.json'), 'utf8'),
  )
  expect(days).toHaveLength(references.length)
  for (const reference of references) {
    const day = days.find(({ date }) => date === reference['date'])?.day ?? emptyDay()
    const [n_lt54, n_54_69, n_70_180, n_181_250, n_gt250] = day.glucoseMgdl.ranges
    const signals = referenceFigures(glucoseFigures(day.glucoseMgdl), signalFigures(day.heartRateBpm))
    const figures = { ...signals, n_lt54, n_54_69, n_70_180, n_181_250, n_gt250 }
    for (const [name, value] of Object.entries(figures)) expect(value, name).toBeCloseTo(Number(reference[name]), 6)
  }
})
