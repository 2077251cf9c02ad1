import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { dateOf, type LakeFile, lakeFile } from '../local/partition.ts'
import { LakeFileDamaged, readLakeFile } from '../local/read-file.ts'
import { lakeHeader } from '../rows/row.ts'
import { createRowScanner } from './row-scanner.ts'
import { anyLog, aRecord, noon, reading, topic, writeLake } from './scan.fixture.ts'

const folder = mkdtempSync(join(tmpdir(), 'row-scanner-'))
afterAll(() => rmSync(folder, { recursive: true }))

const file: LakeFile = lakeFile(folder, { topic, partition: 0, firstOffset: 0, date: dateOf(noon) })
mkdirSync(dirname(file.path), { recursive: true })

/** A row as both readers know it: a source by its two cells, NaN for a missing time. */
type Row = Record<'offset' | 'receivedAt' | 'patientId' | 'sensorId' | 'measuredAt' | 'signals', unknown>

function scan(from = 0, to = Number.POSITIVE_INFINITY): Row[] {
  const rows: Row[] = []
  const scanner = createRowScanner((patientId, sensorId) => ({ patientId, sensorId }))
  scanner.scan(file, { from, to }, ({ offset, receivedAt, source, measuredAt, ...signals }) => {
    const { patientId = null, sensorId = null } = source ?? {}
    rows.push({ offset, receivedAt, patientId, sensorId, measuredAt, signals: { ...signals } })
  })
  return rows
}

async function readSlowly(): Promise<Row[]> {
  const rows: Row[] = []
  for await (const { partition: _, bytes: __, ...row } of readLakeFile(file)) {
    const { offset, receivedAt, patientId, sensorId, measuredAt, ...signals } = row
    // A sensor without a patient counts nowhere.
    const source = patientId === null ? { patientId, sensorId: null } : { patientId, sensorId }
    rows.push({ offset, receivedAt, ...source, measuredAt: measuredAt ?? Number.NaN, signals })
  }
  return rows
}

async function outcome(rows: () => Row[] | Promise<Row[]>): Promise<Row[] | 'damaged'> {
  try {
    return await rows()
  } catch (error) {
    if (error instanceof LakeFileDamaged) return 'damaged'
    throw error
  }
}

const write = (rows: string): void => writeFileSync(file.path, lakeHeader + rows)

describe('the scanner reads what the lake reader reads', () => {
  test('of any records', async () => {
    const property = fc.asyncProperty(anyLog, async (log) => {
      const records = [...log.values()]
        .flat()
        .map((record, offset) => ({ ...record, offset, receivedAt: noon + offset }))
      fc.pre(records.length > 0)
      rmSync(file.path, { force: true })
      writeLake(folder, 0, records)
      expect(scan()).toEqual(await readSlowly())
    })
    await fc.assert(property)
  })

  test('of any cells, and says of the same files that they are damaged', async () => {
    const number = fc.oneof(
      fc.constantFrom(
        '',
        '',
        '0',
        '-0',
        '5.5',
        '.5',
        '5.',
        '.',
        '-',
        '1.2.3',
        '1e21',
        '5e-324',
        '1e999',
        '0x10',
        ' 5',
        'NaN',
      ),
      fc.double({ noNaN: true }).map(String),
      fc.integer().map((n) => String(n / 10)),
    )
    const time = fc.oneof(
      fc.constantFrom(
        '',
        '2026-03-28T12:00:00.000z',
        '2026-02-30T00:00:00.000Z',
        '1899-12-31T00:00:00.000Z',
        '2026-03-28T12:60:00.000Z',
      ),
      { weight: 3, arbitrary: fc.integer({ min: -9e11, max: 9e12 }).map((ms) => new Date(ms).toISOString()) },
    )
    const id = fc.constantFrom('', 'p001', 'p-2', '"p,3"', 'é', 'a"b')
    const raw = fc.constantFrom('', 'text', '"a,b"', '"a""b"', '"a""', '"a"b"c"', 'a"b', '"', '""', 'a,b', 'ü', '\t')
    const row = fc
      .tuple(id, id, time, number, number, number, raw)
      .map((cells) => (offset: number) => `0,${offset},2026-03-28T12:00:00.${100 + offset}Z,${cells.join(',')}\n`)
    const property = fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 4 }), async (rows) => {
      write(rows.map((of, offset) => of(offset)).join(''))
      expect(await outcome(scan)).toEqual(await outcome(readSlowly))
    })
    await fc.assert(property)
  })

  test('of files in which any byte has changed, come or gone', async () => {
    const records = [
      aRecord(0, reading({ sensorId: 's1', glucoseMgdl: 101.5 }), noon),
      aRecord(1, '{"patient_id": "p001", "note": "a, \\"b\\""}', noon + 1),
      aRecord(2, reading({ heartRateBpm: 72, temperatureC: 36.6 }), noon + 2),
    ]
    rmSync(file.path, { force: true })
    writeLake(folder, 0, records)
    const whole = readFileSync(file.path)
    const byte = fc.constantFrom(...Buffer.from('\n\r",.-0159eTZ:é\u0000'))
    const property = fc.asyncProperty(
      fc.integer({ min: lakeHeader.length, max: whole.length - 1 }),
      fc.nat(2),
      fc.array(byte, { maxLength: 2 }),
      async (at, gone, come) => {
        writeFileSync(file.path, Buffer.concat([whole.subarray(0, at), Buffer.from(come), whole.subarray(at + gone)]))
        expect(await outcome(scan)).toEqual(await outcome(readSlowly))
      },
    )
    await fc.assert(property)
  })
})

test('very many sources are told apart, and each is one however often it comes', () => {
  const scanner = createRowScanner((patientId, sensorId) => `${patientId} ${sensorId}`)
  const names = Array.from({ length: 300_000 }, (_, i) => `P${i % 100_000} ${i % 3 === 0 ? 'a' : 'b'}`)
  write(names.map((name, i) => `0,${i},2026-03-28T12:00:00.000Z,${name.replace(' ', ',')},,,,,\n`).join(''))
  const found: (string | null)[] = []
  scanner.scan(file, { from: 0, to: Number.POSITIVE_INFINITY }, ({ source }) => found.push(source))
  expect(found).toEqual(names)
})

test('a damaged row that ends where what was read at a time ends is named', () => {
  const readBytes = 1024 * 1024
  const row = (offset: number, raw = '') => `0,${offset},2026-03-28T12:00:00.000Z,p001,,,,,,${raw}\n`
  const damaged = '0,x\n'
  const filler = readBytes - lakeHeader.length - row(0).length - damaged.length
  write(row(0, 'r'.repeat(filler)) + damaged + row(2))
  expect(() => scan()).toThrow('row 2')
})

test('only the wanted offsets are given', () => {
  write([0, 2, 3, 7].map((offset) => `0,${offset},2026-03-28T12:00:00.000Z,p001,,,,,,\n`).join(''))
  expect(scan(2, 7).map(({ offset }) => offset)).toEqual([2, 3])
})

test('a damaged row behind the wanted ones does no harm', () => {
  write('0,0,2026-03-28T12:00:00.000Z,p001,,,,,,\n0,1,2026-03-28T12:00:00.000Z,p001,,,,,,\ndamaged\n')
  expect(scan(0, 1)).toHaveLength(1)
})

test.each([
  ['of another partition', '1,0,2026-03-28T12:00:00.000Z,p001,,,,,,\n', 'row 1 is of partition 1'],
  ['of another date', '0,0,2026-03-29T00:00:00.000Z,p001,,,,,,\n', 'received 2026-03-29'],
  ['without an end', '0,0,2026-03-28T12:00:00.000Z,p001,,,,,,\n0,1,2026', 'its last row has no end'],
  [
    'out of order',
    '0,5,2026-03-28T12:00:00.000Z,p001,,,,,,\n0,5,2026-03-28T12:00:00.000Z,p001,,,,,,\n',
    'row 2 has offset 5 after 5',
  ],
])('a row %s is named with its file', (_, rows, message) => {
  write(rows)
  expect(() => scan()).toThrow(message)
  expect(() => scan()).toThrow(file.path)
})
