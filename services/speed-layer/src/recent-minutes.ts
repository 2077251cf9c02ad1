// A patient's minutes of the last day: how the values measured in each minute spread, as a hash of the views.
import type { SignalValues } from '@health/domain'
import { encodeMinute, type MinuteSpread, minuteField, minuteMs, minuteWindowMs, type Spread } from '@health/views'

export interface RecentMinutes {
  /** Time of the patient's newest reading, where the window ends; −∞ before the first. */
  newest: number
  /** `newest` when the minutes were last stored: what has left the window since is removed from the views. */
  storedNewest: number
  /** The minutes in memory: loaded, or changed since the last commit. */
  spreads: Map<number, MinuteSpread>
  /** Those of `spreads` that are not stored yet. */
  changed: Set<number>
}

export const createMinutes = (newest: number): RecentMinutes => ({
  newest,
  storedNewest: newest,
  spreads: new Map(),
  changed: new Set(),
})

const minuteOf = (ms: number): number => Math.floor(ms / minuteMs)
const firstMinute = (newest: number): number => minuteOf(newest - minuteWindowMs)

/** The minute that must be loaded before a reading measured then can be added to it; `null` when none must. */
export function missingMinute({ newest, storedNewest, spreads }: RecentMinutes, measuredAt: number): number | null {
  const minute = minuteOf(measuredAt)
  // A minute later than the newest reading stored is empty.
  const isStored = minute <= minuteOf(storedNewest) && minute >= firstMinute(newest)
  return isStored && !spreads.has(minute) ? minute : null
}

/** Keeps a minute that was loaded; `null` where the views have none. */
export function keepMinute({ spreads }: RecentMinutes, minute: number, spread: MinuteSpread | null): void {
  spreads.set(minute, spread ?? { glucoseMgdl: null, heartRateBpm: null })
}

/** Adds a reading to its minute, unless it is older than the window that ends with the newest reading. */
export function addToMinutes(minutes: RecentMinutes, reading: Measured): void {
  const { spreads, changed } = minutes
  const { measuredAt, glucoseMgdl, heartRateBpm } = reading
  if (measuredAt > minutes.newest) minutes.newest = measuredAt
  const minute = minuteOf(measuredAt)
  if (minute < firstMinute(minutes.newest)) return
  let spread = spreads.get(minute)
  if (spread === undefined) {
    forgetExpired(minutes)
    spread = { glucoseMgdl: null, heartRateBpm: null }
    spreads.set(minute, spread)
  }
  changed.add(minute)
  if (glucoseMgdl !== null) spread.glucoseMgdl = widen(spread.glucoseMgdl, glucoseMgdl)
  if (heartRateBpm !== null) spread.heartRateBpm = widen(spread.heartRateBpm, heartRateBpm)
}

type Measured = Pick<SignalValues, 'glucoseMgdl' | 'heartRateBpm'> & { measuredAt: number }

/** The spread with another value in it. Changes `spread`. */
function widen(spread: Spread | null, value: number): Spread {
  if (spread === null) return { count: 1, sum: value, min: value, max: value }
  spread.count++
  spread.sum += value
  if (value < spread.min) spread.min = value
  if (value > spread.max) spread.max = value
  return spread
}

/** A backlog may bring years of minutes before a commit: the ones that have left the window are never written. */
function forgetExpired({ newest, spreads, changed }: RecentMinutes): void {
  const first = firstMinute(newest)
  for (const minute of spreads.keys()) {
    if (minute >= first) return
    spreads.delete(minute)
    changed.delete(minute)
  }
}

/** The fields to write: minutes that were changed and are still inside the window. `null` where there are none. */
export function changedFields({ newest, spreads, changed }: RecentMinutes): Record<string, string> | null {
  let fields: Record<string, string> | null = null
  for (const minute of changed) {
    const spread = spreads.get(minute)
    if (spread === undefined || minute < firstMinute(newest)) continue
    fields ??= {}
    fields[minuteField(minute)] = encodeMinute(spread)
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

/** Must be called once the changes are stored. Keeps only the newest minute, which the next readings fall into. */
export function minutesStored(minutes: RecentMinutes): void {
  const { newest, spreads, changed } = minutes
  minutes.storedNewest = newest
  const current = minuteOf(newest)
  for (const minute of spreads.keys()) if (minute !== current) spreads.delete(minute)
  changed.clear()
}
