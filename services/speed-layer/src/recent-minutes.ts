// A patient's minutes of the last day, as a hash of the views: each with the spread of what was measured in it.
import type { SignalValues } from '@health/domain'
import { encodeMinute, type MinuteSpread, minuteField, minuteMs, minuteWindowMs, type Spread } from '@health/views'

/** The minutes that are known here. As numbers, since a backlog of many patients brings many of them. */
export interface RecentMinutes {
  /** Time of the patient's newest reading, where the window ends; −∞ before the first. */
  newest: number
  /** `newest` when the minutes were last stored: what has left the window since is removed from the views. */
  storedNewest: number
  /** Rows up to, not including, `end`: see `column`. */
  rows: Float64Array
  end: number
  /** Where the row begins that was found last; 0 before the first. */
  found: number
}

/** What a row holds of a minute. A signal without values has the count 0. */
const column = { minute: 0, isChanged: 1, glucoseMgdl: 2, heartRateBpm: 6 } as const
const rowLength = 10
const leastRoom = 4 * rowLength
const mostRoomKept = 32 * rowLength

export const createMinutes = (newest: number): RecentMinutes => ({
  newest,
  storedNewest: newest,
  rows: new Float64Array(leastRoom),
  end: 0,
  found: 0,
})

const minuteOf = (ms: number): number => Math.floor(ms / minuteMs)
const firstMinute = (newest: number): number => minuteOf(newest - minuteWindowMs)

/** The minute that must be loaded before a reading measured then can be put into it; `null` when none must. */
export function missingMinute(minutes: RecentMinutes, measuredAt: number): number | null {
  const { newest, storedNewest } = minutes
  const minute = minuteOf(measuredAt)
  // A minute later than the newest reading stored is empty.
  const isStored = minute <= minuteOf(storedNewest) && minute >= firstMinute(newest)
  return isStored && findRow(minutes, minute) === null ? minute : null
}

/** Keeps a minute that was loaded; `null` where the views have none. */
export function keepMinute(minutes: RecentMinutes, minute: number, spread: MinuteSpread | null): void {
  const at = addRow(minutes, minute)
  setSpread(minutes.rows, at + column.glucoseMgdl, spread?.glucoseMgdl ?? null)
  setSpread(minutes.rows, at + column.heartRateBpm, spread?.heartRateBpm ?? null)
}

/** Puts a reading into its minute, unless it is older than the window that ends with the newest reading. */
export function addToMinutes(minutes: RecentMinutes, { measuredAt, glucoseMgdl, heartRateBpm }: Measured): void {
  const minute = minuteOf(measuredAt)
  const isNew = minute > minuteOf(minutes.newest)
  if (measuredAt > minutes.newest) minutes.newest = measuredAt
  if (minute < firstMinute(minutes.newest)) return
  const at = (isNew ? null : findRow(minutes, minute)) ?? addRow(minutes, minute)
  const { rows } = minutes
  rows[at + column.isChanged] = 1
  if (glucoseMgdl !== null) widen(rows, at + column.glucoseMgdl, glucoseMgdl)
  if (heartRateBpm !== null) widen(rows, at + column.heartRateBpm, heartRateBpm)
}

type Measured = Pick<SignalValues, 'glucoseMgdl' | 'heartRateBpm'> & { measuredAt: number }

/**
 * Where the row of a minute begins. The one found last is tried first, then the newest ones: late readings are few, and so
 * are the rows, see `makeRoom`.
 */
function findRow(minutes: RecentMinutes, minute: number): number | null {
  const { rows, found, end } = minutes
  if (found < end && rows[found] === minute) return found
  for (let at = end - rowLength; at >= 0; at -= rowLength) {
    if (rows[at] !== minute) continue
    minutes.found = at
    return at
  }
  return null
}

/** Returns where it begins. */
function addRow(minutes: RecentMinutes, minute: number): number {
  if (minutes.end === minutes.rows.length) makeRoom(minutes)
  const { rows, end } = minutes
  rows.fill(0, end, end + rowLength)
  rows[end] = minute
  minutes.found = end
  minutes.end = end + rowLength
  return end
}

/** Lets go of what has left the window before it takes more room: there are never three times as many rows as minutes in it. */
function makeRoom(minutes: RecentMinutes): void {
  const { rows, newest } = minutes
  keepRows(minutes, (minute) => minute >= firstMinute(newest))
  if (2 * minutes.end < rows.length) return
  minutes.rows = new Float64Array(2 * rows.length)
  minutes.rows.set(rows)
}

function keepRows(minutes: RecentMinutes, isKept: (minute: number) => boolean): void {
  const { rows, end } = minutes
  let kept = 0
  for (let at = 0; at < end; at += rowLength) {
    if (!isKept(rows[at] as number)) continue
    if (at > kept) rows.copyWithin(kept, at, at + rowLength)
    kept += rowLength
  }
  minutes.end = kept
}

/** The spread at `at` with another value in it. */
function widen(rows: Float64Array, at: number, value: number): void {
  const count = rows[at] as number
  rows[at] = count + 1
  rows[at + 1] = (rows[at + 1] as number) + value
  if (count === 0 || value < (rows[at + 2] as number)) rows[at + 2] = value
  if (count === 0 || value > (rows[at + 3] as number)) rows[at + 3] = value
}

function setSpread(rows: Float64Array, at: number, spread: Spread | null): void {
  if (spread !== null) rows.set([spread.count, spread.sum, spread.min, spread.max], at)
}

function spreadAt(rows: Float64Array, at: number): Spread | null {
  const count = rows[at] as number
  if (count === 0) return null
  return { count, sum: rows[at + 1] as number, min: rows[at + 2] as number, max: rows[at + 3] as number }
}

/** The fields to write: minutes that were changed and are still inside the window. `null` where there are none. */
export function changedFields({ newest, rows, end }: RecentMinutes): Record<string, string> | null {
  let fields: Record<string, string> | null = null
  for (let at = 0; at < end; at += rowLength) {
    const minute = rows[at] as number
    if (rows[at + column.isChanged] === 0 || minute < firstMinute(newest)) continue
    fields ??= {}
    fields[minuteField(minute)] = encodeMinute({
      glucoseMgdl: spreadAt(rows, at + column.glucoseMgdl),
      heartRateBpm: spreadAt(rows, at + column.heartRateBpm),
    })
  }
  return fields
}

/** The fields to remove: minutes that have left the window since the last time. */
export function expiredFields({ newest, storedNewest }: RecentMinutes): string[] {
  if (newest === storedNewest || storedNewest === Number.NEGATIVE_INFINITY) return []
  const fields: string[] = []
  const last = Math.min(firstMinute(newest) - 1, minuteOf(storedNewest))
  for (let minute = firstMinute(storedNewest); minute <= last; minute++) fields.push(minuteField(minute))
  return fields
}

/** To be called when changes are stored: keeps only the newest minute, which the next readings fall into. */
export function minutesStored(minutes: RecentMinutes): void {
  const { newest, rows } = minutes
  minutes.storedNewest = newest
  const current = minuteOf(newest)
  keepRows(minutes, (minute) => minute === current)
  minutes.rows[column.isChanged] = 0
  // A patient may be silent from now on.
  if (rows.length > mostRoomKept) minutes.rows = rows.slice(0, leastRoom)
}
