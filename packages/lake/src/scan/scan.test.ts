import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { emptyDay, glucoseFigures, signalFigures } from '@health/domain'
import { propertyRuns } from '@health/domain/property-runs'
import { referenceFigures } from '@health/domain/testing'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { lakeFile, rawFolder } from '../local/partition.ts'
import { LakeFileDamaged } from '../local/read-file.ts'
import {
  anyLog,
  aRecord,
  expectSameDays,
  foldLog,
  noon,
  reading,
  scanned,
  topic,
  writeLake,
  zones,
} from './scan.fixture.ts'
import { LakeEmpty, type LakeScan, scanLake } from './scan.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lake [o'ne] *"))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const scan = (options: Partial<Parameters<typeof scanLake>[1]> = {}): Promise<LakeScan> =>
  scanLake(folder, { topic, watermark: null, timeZone: 'UTC', ...options })

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
    await fc.assert(property, propertyRuns(30))
  })

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

  test('what people do about alerts is kept, and counts on no day', async () => {
    const action = { type: 'note', patient_id: 'p001', alert_id: 'p001:glucose:low:0', by: 'mum', note: 'juice' }
    writeLake(folder, 0, [aRecord(0, reading({ glucoseMgdl: 60 })), aRecord(1, JSON.stringify(action))])
    const { records, days } = await scan()
    expect([records, days.length]).toEqual([2, 1])
    expect(days[0]?.day).toMatchObject({ validRecords: 1, invalidRecords: 0 })
  })

  test('a gap that retention left is counted', async () => {
    writeLake(folder, 0, [aRecord(3, reading({ glucoseMgdl: 100 })), aRecord(9, reading({ glucoseMgdl: 101 }))])
    expect(await scan()).toMatchObject({ records: 2, missing: 5, watermark: new Map([[0, 10]]) })
  })

  test('a record as long as the log takes is read, were it all quotes', async () => {
    writeLake(folder, 0, [aRecord(0, '"'.repeat(900_000)), aRecord(1, reading({ glucoseMgdl: 100 }))])
    expect((await scan()).records).toBe(2)
  })

  test('records of any length are read whole, wherever in a file they lie', async () => {
    const lengths = Array.from({ length: 40 }, (_, i) => (i % 3 === 0 ? 900_000 - 7 * i : 40_000 * i))
    const records = lengths.flatMap((length, i) => [
      aRecord(2 * i, '",'.repeat(length / 2)),
      aRecord(2 * i + 1, reading({ measuredAt: noon + i, glucoseMgdl: 100 })),
    ])
    writeLake(folder, 0, records)
    expect(await scan()).toMatchObject({ records: 80, days: [{ day: { validRecords: 40 } }] })
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

  test('a row that was damaged in one of many portions is named, whichever thread reads it', async () => {
    for (let offset = 2; offset < 40; offset++) {
      writeLake(folder, 0, [aRecord(offset, reading({ measuredAt: noon + offset, glucoseMgdl: 100 }))])
    }
    const path = fileOf(0, 30)
    writeFileSync(path, readFileSync(path, 'utf8').replace(',100,', ',abc,'))
    const error = await scan({ portionBytes: 1 }).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(LakeFileDamaged)
    expect(error).toHaveProperty('message', expect.stringContaining(path))
  })

  test('a foreign file is named; what a writer left behind is not read', async () => {
    appendFileSync(join(rawFolder(folder), 'date=2026-03-28', `.${topic}-000-${'2'.padStart(20, '0')}.1-a.tmp`), 'half')
    expect((await scan()).records).toBe(2)
    const { basis } = await scan()
    for (const path of [join('date=2026-03-28', 'notes.csv'), 'notes.txt']) {
      writeFileSync(join(rawFolder(folder), path), 'a,b\n')
      await expect(scan()).rejects.toThrow(path)
      await expect(scan({ basis })).rejects.toThrow(path)
      rmSync(join(rawFolder(folder), path))
    }
    expect((await scan({ basis })).records).toBe(2)
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
  const samples = join(import.meta.dirname, '../../../../data/samples')
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
