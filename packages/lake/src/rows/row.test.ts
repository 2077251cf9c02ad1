import { formatReading, type Reading } from '@health/domain'
import { parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { aRecord, noon } from '../lake.fixture.ts'
import { formatRows } from './format-rows.ts'
import { type ArchivedRecord, lakeColumns, lakeHeader, parseRow } from './row.ts'

const cellsOf = (record: ArchivedRecord): string[] => (parse(formatRows(3, [record])) as string[][])[0] ?? []

const rowOf = (value: string | Uint8Array | null, key: string | null = 'p001') => {
  const cells = cellsOf(
    aRecord({ value: value === null ? null : Buffer.from(value), key: key === null ? null : Buffer.from(key) }),
  )
  return { ...Object.fromEntries(lakeColumns.map((column, i) => [column, cells[i]])), bytes: parseRow(cells).bytes }
}
const canonical =
  '{"patient_id":"p001","sensor_id":"cgm-001","measured_at":"2026-11-24T02:00:00.000Z","glucose_mgdl":123.4}'

test('the header is the contract’s', () => {
  expect(lakeHeader).toBe(
    'partition,offset,received_at,patient_id,sensor_id,measured_at,glucose_mgdl,heart_rate_bpm,temperature_c,raw\n',
  )
})

test('a canonical reading needs no raw copy', () => {
  expect(formatRows(3, [aRecord({ offset: 41, value: Buffer.from(canonical), receivedAt: noon })]).toString()).toBe(
    '3,41,2026-11-24T12:00:00.000Z,p001,cgm-001,2026-11-24T02:00:00.000Z,123.4,,,\n',
  )
})

test('the original sensor’s message is kept beside its columns', () => {
  const message =
    '{"sensor_id":"sensor_001","timestamp":1700000000.123,"heart_rate":72,"glucose_level":110,"temperature":36.6}'
  expect(rowOf(message, 'sensor_001')).toMatchObject({
    patient_id: 'sensor_001',
    sensor_id: 'sensor_001',
    measured_at: '2023-11-14T22:13:20.123Z',
    glucose_mgdl: '110',
    heart_rate_bpm: '72',
    temperature_c: '36.6',
    raw: message,
  })
})

test('a record that is no reading has what can be read of it, and no signals', () => {
  const message = '{"patient_id":"p001","measured_at":"2026-11-24T02:00:00Z","glucose_mgdl":"high","heart_rate_bpm":72}'
  expect(rowOf(message)).toMatchObject({
    patient_id: 'p001',
    measured_at: '2026-11-24T02:00:00.000Z',
    glucose_mgdl: '',
    heart_rate_bpm: '',
    raw: message,
  })
})

test('implausible values are columns like any other', () => {
  expect(rowOf('{"patient_id":"p001","measured_at":"2026-11-24T02:00:00.000Z","heart_rate_bpm":-5}')).toMatchObject({
    heart_rate_bpm: '-5',
    raw: '',
  })
})

test.each([
  ['{"patient_id":"p001"}', ''],
  ['{}', '{}'],
  ['', 'base64:'],
  ['a\nb', 'base64:YQpi'],
  ['a\tb', 'base64:YQli'],
  ['a\u0085b', 'base64:YcKFYg=='],
  ['a\u2028b', 'base64:YeKAqGI='],
  ['base64:YQ==', 'base64:YmFzZTY0OllRPT0='],
  ['BASE64:', 'BASE64:'],
  [' "a",b ', ' "a",b '],
  ["=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"],
  ['\ufeffé', '\ufeffé'],
])('%j is kept as %j', (value, raw) => {
  const row = rowOf(value)
  expect(row).toMatchObject({ raw })
  expect(Buffer.from(row.bytes)).toEqual(Buffer.from(value))
})

test('where nothing at all can be read, {} and nothing are told apart', () => {
  expect(rowOf('{}', null)).toMatchObject({ raw: '' })
  expect(Buffer.from(rowOf('{}', null).bytes).toString()).toBe('{}')
  expect(rowOf(null, null)).toMatchObject({ raw: 'base64:' })
  expect(rowOf(null).bytes).toHaveLength(0)
})

const anyId = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/)
// JSON has no −0.
const anyNumber = fc.double({ noDefaultInfinity: true, noNaN: true }).map((value) => value + 0)
const anyReading: fc.Arbitrary<Reading> = fc.record({
  patientId: anyId,
  sensorId: fc.option(anyId),
  measuredAt: fc.integer({ min: Date.UTC(1900, 0, 1), max: Date.UTC(10000, 0, 1) - 1 }),
  glucoseMgdl: anyNumber,
  heartRateBpm: fc.option(anyNumber),
  temperatureC: fc.option(anyNumber),
})
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string().map((text) => `base64:${text}`),
  fc.json(),
  anyReading.map(formatReading),
  fc.tuple(fc.constantFrom('', ' ', '\n'), anyReading, fc.json()).map(([before, reading, note]) => {
    const members = formatReading(reading).slice(1, -1)
    return `${before}{${members.replace('":', '": ')},"note":${note}}`
  }),
  fc.constantFrom('{}', '', '"', '""', ',', '\r\n', '=1+1', '-1', '@a', '\ufeff', '\u007f'),
)
const anyValue = fc.oneof(
  anyText.map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 60 }),
  // A lone surrogate, as some encoders write it.
  anyText.map((text) => Buffer.concat([Buffer.from(text), Buffer.from([0xed, 0xa0, 0x80])])),
)
const anyRecord = fc.record({
  offset: fc.nat(),
  key: fc.option(fc.oneof(fc.constant(Buffer.from('p001')), fc.uint8Array({ maxLength: 8 }))),
  value: anyValue,
  receivedAt: fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2100, 0, 1) }),
})

test('every byte of every record can be had back, and no cell holds a line break', () => {
  fc.assert(
    fc.property(fc.array(anyRecord, { minLength: 1, maxLength: 8 }), (records) => {
      const rows = parse(formatRows(7, records)) as string[][]
      expect(rows).toHaveLength(records.length)
      rows.forEach((cells, i) => {
        const { offset, receivedAt, value } = records[i] as (typeof records)[number]
        expect(parseRow(cells)).toMatchObject({ partition: 7, offset, receivedAt })
        expect(Buffer.from(parseRow(cells).bytes)).toEqual(Buffer.from(value))
        expect(cells.join('')).not.toMatch(/[\p{Cc}\u2028\u2029]/u)
      })
    }),
  )
})

test('raw is empty exactly when the columns as canonical JSON are the record', () => {
  fc.assert(
    fc.property(anyReading, fc.boolean(), (reading, exact) => {
      const text = exact ? formatReading(reading) : `${formatReading(reading)} `
      const cells = cellsOf(aRecord({ value: Buffer.from(text), key: null }))
      expect(cells[9]).toBe(exact ? '' : text)
    }),
  )
})

test('the rows are what csv-stringify makes of all columns', () => {
  fc.assert(
    fc.property(anyRecord, (record) => {
      const text = formatRows(7, [record]).toString()
      expect(stringify(parse(text))).toBe(text)
    }),
  )
})
