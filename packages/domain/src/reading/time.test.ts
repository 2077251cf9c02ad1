import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anyTime } from '../testing/arbitraries.ts'
import { propertyRuns } from '../testing/property-runs.ts'
import { parseCanonicalTime, wireTime } from './time.ts'

const read = (time: unknown) => wireTime.safeParse(time).data

test.each([
  ['2026-11-24T02:00:00.000Z', '2026-11-24T02:00:00.000Z'],
  ['2026-11-24T02:00:00Z', '2026-11-24T02:00:00.000Z'],
  ['2026-11-24T02:00:00.5Z', '2026-11-24T02:00:00.500Z'],
  ['2026-11-24T02:00:00.123999Z', '2026-11-24T02:00:00.123Z'],
  ['2026-11-24T09:00:00+07:00', '2026-11-24T02:00:00.000Z'],
  ['2026-11-23T22:30:00-03:30', '2026-11-24T02:00:00.000Z'],
  ['2026-11-24T02:00:00-00:00', '2026-11-24T02:00:00.000Z'],
  ['2026-11-24t02:00:00z', '2026-11-24T02:00:00.000Z'],
  ['2024-02-29T12:00:00Z', '2024-02-29T12:00:00.000Z'],
  ['2000-02-29T12:00:00Z', '2000-02-29T12:00:00.000Z'],
  ['1900-01-01T00:00:00Z', '1900-01-01T00:00:00.000Z'],
  ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
])('%s is taken', (text, time) => {
  expect(read(text)).toBe(Date.parse(time))
})

test.each([
  ['a day that there is not', '2026-02-30T00:00:00Z'],
  ['29 February of a common year', '2026-02-29T00:00:00Z'],
  ['29 February 1900', '1900-02-29T00:00:00Z'],
  ['31 November', '2026-11-31T00:00:00Z'],
  ['month 13', '2026-13-01T00:00:00Z'],
  ['hour 24', '2026-11-24T24:00:00Z'],
  ['no offset', '2026-11-24T02:00:00'],
  ['an offset without a colon', '2026-11-24T02:00:00+0700'],
  ['no seconds', '2026-11-24T02:00Z'],
  ['a date', '2026-11-24'],
  ['digits in a text', '1700000000'],
  ['words', 'yesterday'],
  ['nothing', ''],
  ['a year of five digits', '+012026-11-24T02:00:00Z'],
  ['1899', '1899-12-31T23:59:59.999Z'],
  ['the year 10000 by its offset', '9999-12-31T23:59:59-01:00'],
  ['an epoch beyond the year 9999', 253_402_300_800_000],
  ['an epoch before 1900', -2_208_988_801],
  ['no number', Number.NaN],
  ['infinity', Number.POSITIVE_INFINITY],
  ['a truth', true],
  ['an object', {}],
])('%s is refused', (_name, time) => {
  expect(read(time)).toBeUndefined()
})

test('below 1e11 a number is seconds, from it on milliseconds', () => {
  expect(read(1_700_000_000)).toBe(1_700_000_000_000)
  expect(read(1_700_000_000.123)).toBe(1_700_000_000_123)
  expect(read(1_700_000_000.1239)).toBe(1_700_000_000_124)
  expect(read(99_999_999_999)).toBe(99_999_999_999_000)
  expect(read(1e11)).toBe(1e11)
  expect(read(1_700_000_000_123)).toBe(1_700_000_000_123)
  expect(read(1_700_000_000_123.4)).toBe(1_700_000_000_123)
  expect(read(0)).toBe(0)
  expect(read(-1.5)).toBe(-1500)
})

test('the fast reading of canonical times agrees with the schema', () => {
  fc.assert(
    fc.property(anyTime, (ms) => {
      const text = new Date(ms).toISOString()
      expect(parseCanonicalTime(text)).toBe(ms)
      expect(read(text)).toBe(ms)
    }),
  )
  const twoDigits = (max: number) => fc.integer({ min: 0, max }).map((n) => String(n).padStart(2, '0'))
  fc.assert(
    fc.property(fc.integer({ min: 1890, max: 9999 }), twoDigits(13), twoDigits(32), twoDigits(24), (y, m, d, h) => {
      const text = `${y}-${m}-${d}T${h}:00:00.000Z`
      expect(parseCanonicalTime(text)).toBe(read(text) ?? null)
    }),
    propertyRuns(2000),
  )
})

test.each([
  '2026-11-24T02:00:00Z',
  '2026-11-24T02:00:00.000+00:00',
  '2026-02-30T00:00:00.000Z',
  ' 2026-11-24T02:00:00.000Z',
])('%j is not canonical', (text) => {
  expect(parseCanonicalTime(text)).toBeNull()
})
