import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createDayOf, utcOffsets } from './calendar.ts'
import { daySettings } from './settings.ts'

const hour = 3_600_000

/** Every moment's date asked of the platform: slow, and sure. */
function bruteForce(zone: string): (ms: number) => string {
  const format = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' })
  return (ms) => format.format(ms)
}

const zones = [
  'UTC',
  'Asia/Jakarta',
  'Asia/Kathmandu',
  'America/New_York',
  'America/St_Johns',
  'Australia/Lord_Howe',
  'Europe/Berlin',
  'Africa/Casablanca',
  'Pacific/Kiritimati',
  'Pacific/Apia',
  'Etc/GMT+12',
]

test.each(zones)('the date in %s is what brute force says, at any moment', (zone) => {
  const dayOf = createDayOf(zone)
  const expected = bruteForce(zone)
  const moment = fc.oneof(
    fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2040, 0, 1) }),
    // Around the midnights of the zone, where it matters.
    fc
      .tuple(
        fc.integer({ min: 10_957, max: 25_567 }),
        fc.integer({ min: -14, max: 14 }),
        fc.integer({ min: -3, max: 3 }),
      )
      .map(([day, hours, ms]) => day * 24 * hour + hours * hour + ms),
  )
  fc.assert(
    fc.property(moment, (ms) => {
      expect(dayOf(ms)).toBe(expected(ms))
    }),
  )
})

test.each([
  ['Europe/Berlin', '2026-03-29', 23],
  ['Europe/Berlin', '2026-10-25', 25],
  ['Europe/Berlin', '2026-11-24', 24],
  ['America/New_York', '2026-03-08', 23],
  ['America/New_York', '2026-11-01', 25],
  ['Australia/Lord_Howe', '2026-04-05', 24.5],
  ['Pacific/Kiritimati', '2026-11-24', 24],
  ['UTC', '2024-02-29', 24],
  ['Asia/Jakarta', '2024-02-29', 24],
  // Samoa went over the date line.
  ['Pacific/Apia', '2011-12-30', 0],
])('in %s %s has %d hours', (zone, date, hours) => {
  const dayOf = createDayOf(zone)
  const noon = Date.parse(`${date}T12:00:00Z`)
  let halfHours = 0
  for (let ms = noon - 48 * hour; ms < noon + 48 * hour; ms += hour / 2) if (dayOf(ms) === date) halfHours++
  expect(halfHours / 2).toBe(hours)
})

test('at +14:00 a day begins ten hours into the day before', () => {
  const dayOf = createDayOf('Pacific/Kiritimati')
  expect(dayOf(Date.parse('2026-11-23T09:59:59.999Z'))).toBe('2026-11-23')
  expect(dayOf(Date.parse('2026-11-23T10:00:00.000Z'))).toBe('2026-11-24')
})

test('years that no sensor has seen have days as well', () => {
  const zone = 'America/New_York'
  for (const ms of [Date.UTC(1900, 0, 1), Date.UTC(1900, 0, 1, 12), Date.UTC(9999, 11, 31, 23)]) {
    expect(createDayOf(zone)(ms)).toBe(bruteForce(zone)(ms))
  }
})

test('offsets change at the second at which the clocks do, wherever one begins to look', () => {
  const change = Date.parse('2026-03-29T01:00:00Z')
  for (const [before, after] of [
    [86_400_000, 86_400_000],
    [123, 4567],
    [500, 1],
    [1001, 1499],
    [40_000_777, 1_234_567],
  ] as const) {
    const offsets = utcOffsets('Europe/Berlin', change - before, change + after)
    expect(offsets.map(({ offsetMs }) => offsetMs)).toEqual([hour, 2 * hour])
    expect(offsets[0]?.from).toBeLessThanOrEqual(change - before)
    expect(offsets[1]?.from).toBe(change)
  }
})

test.each(['UTC', 'Asia/Jakarta', 'Europe/Berlin'])('%s is a time zone', (zone) => {
  expect(daySettings.DAY_TIME_ZONE.parse(zone)).toBe(zone)
})

test.each(['', 'Jakarta', 'Mars/Olympus'])('%j is none', (zone) => {
  expect(daySettings.DAY_TIME_ZONE.safeParse(zone).error?.issues[0]?.message).toContain('IANA time zone')
})
