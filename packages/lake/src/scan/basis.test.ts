import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { DaySums } from '@health/domain'
import { propertyRuns } from '@health/domain/property-runs'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { lakeFile, rawFolder } from '../local/partition.ts'
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
import { type LakeBasis, type LakeScan, scanLake } from './scan.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lake [o'ne] *"))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const scan = (options: Partial<Parameters<typeof scanLake>[1]> = {}): Promise<LakeScan> =>
  scanLake(folder, { topic, watermark: null, timeZone: 'UTC', ...options })

/** So long after it was written that a folder is taken for settled. */
const later = 2 * 3_600_000

describe('a scan that goes on from an earlier one', () => {
  test('comes to the same as one of everything, wherever the earlier ones ended', async () => {
    const property = fc.asyncProperty(
      anyLog,
      fc.constantFrom(...zones),
      fc.constantFrom(1, 3, 1000),
      fc.constantFrom(1, 1500, 1e9),
      fc.array(fc.integer({ min: 1001, max: 1040 }), { minLength: 2, maxLength: 4 }),
      fc.constantFrom(0, later),
      async (log, timeZone, rows, portionBytes, ends, age) => {
        const now = Date.now() + age
        fc.pre([...log.values()].some((records) => records.length > 0))
        rmSync(rawFolder(folder), { recursive: true, force: true })
        for (const [partition, records] of log) writeLake(folder, partition, records, rows)
        let days = new Map<string, DaySums>()
        let basis: LakeBasis | null = null
        for (const end of ends.sort((a, b) => a - b)) {
          // Not every partition gets on.
          const watermark = new Map([...log.keys()].map((partition) => [partition, partition === 17 ? 1010 : end]))
          const result = await scan({ timeZone, watermark, portionBytes, basis, now })
          days = new Map([...(result.goesOn ? days : []), ...scanned(result)])
          expectSameDays(days, foldLog(log, watermark, timeZone))
          const all = await scan({ timeZone, watermark, portionBytes })
          expect(result).toMatchObject({ records: all.records, missing: all.missing })
          expect([...all.lastReceived]).toEqual(expect.arrayContaining([...result.lastReceived]))
          for (const partition of all.lastReceived.keys()) {
            if (basis?.watermark[partition] === all.watermark.get(partition)) continue
            expect(result.lastReceived.get(partition)).toBe(all.lastReceived.get(partition))
          }
          basis = JSON.parse(JSON.stringify(result.basis)) as LakeBasis
        }
      },
    )
    await fc.assert(property, propertyRuns(10))
  })

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

  test('goes on where a day is touched whose folder is as it was', async () => {
    const now = Date.now() + later
    writeLake(folder, 0, tenDays)
    const { basis } = await scan({ now })
    writeLake(folder, 0, [aRecord(10, reading({ measuredAt: noon, glucoseMgdl: 300 }), noon + 11 * 86_400_000)])
    expect(await scan({ basis, now })).toMatchObject({ goesOn: true, newRecords: 1, days: [{ date: '2026-03-28' }] })
  })

  test('older dates are parts of some size, each of the newest is one of its own', async () => {
    writeLake(folder, 0, tenDays)
    const partsOf = async (portionBytes: number) =>
      (await scan({ portionBytes })).basis.parts.map(({ from, to }) => [from, to].map((date) => date.slice(-5)).join())
    const newest = ['03-31', '04-01', '04-02', '04-03', '04-04', '04-05', '04-06'].map((date) => `${date},${date}`)
    expect(await partsOf(1e6)).toEqual(['03-28,03-30', ...newest])
    expect(await partsOf(1)).toEqual(['03-28,03-28', '03-29,03-29', '03-30,03-30', ...newest])
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

  test('looks into no folder that is as it was, and into each that is not', async () => {
    const now = Date.now() + later
    const dateOf = (day: number) => new Date(noon + day * 86_400_000).toISOString().slice(0, 10)
    const pathOf = (day: number) => lakeFile(folder, { topic, partition: 0, firstOffset: day, date: dateOf(day) }).path
    writeLake(folder, 0, tenDays.slice(0, 9))
    const { basis } = await scan({ portionBytes: 1, now })
    writeLake(folder, 0, tenDays.slice(9))
    // Somebody writes to a file in place, which only a look at it would tell.
    truncateSync(pathOf(3), readFileSync(pathOf(3)).length - 1)
    const next = await scan({ basis, now })
    expect(next).toMatchObject({ goesOn: true, records: 10, newRecords: 1 })
    // Its day is touched, so it is read.
    writeLake(folder, 0, [aRecord(10, reading({ measuredAt: noon + 3 * 86_400_000 }), noon + 9.2 * 86_400_000)])
    await expect(scan({ basis: next.basis, now })).rejects.toThrow(pathOf(3))
    // Another file lies in its folder under the old name, as old as the first one.
    const text = readFileSync(pathOf(2), 'utf8')
    const { atime, mtime } = statSync(dirname(pathOf(2)))
    rmSync(pathOf(2))
    writeFileSync(pathOf(2), text.slice(0, -1))
    utimesSync(dirname(pathOf(2)), atime, mtime)
    await expect(scan({ basis: next.basis, now })).rejects.toThrow(pathOf(2))
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
