// A patient's minutes of the last day, as a hash of the views: each with the spread of what was measured in it.
import type { SignalValues } from '@health/domain'
import { encodeMinute, type MinuteSpread, minuteField, minuteMs, minuteWindowMs, type Spread } from '@health/views'

/** The minutes that are known here, and which of them were changed since they were stored. */
export interface RecentMinutes {
  /** Time of the patient's newest reading, where the window ends; −∞ before the first. */
  newest: number
  /** `newest` when the minutes were last stored: what has left the window since is removed from the views. */
  storedNewest: number
  spreads: Map<number, MinuteSpread>
  changed: Set<number>
  /** The one of these that was changed last, and its spread; NaN before the first. */
  last: number
  lastSpread: MinuteSpread
}

export const emptyMinute = (): MinuteSpread => ({ glucoseMgdl: null, heartRateBpm: null })

export const createMinutes = (newest: number): RecentMinutes => ({
  newest,
  storedNewest: newest,
  spreads: new Map(),
  changed: new Set(),
  last: Number.NaN,
  lastSpread: emptyMinute(),
})

const minuteOf = (ms: number): number => Math.floor(ms / minuteMs)
const firstMinute = (newest: number): number => minuteOf(newest - minuteWindowMs)

/** The minute that must be loaded before a reading measured then can be put into it; `null` when none must. */
export function missingMinute(
  { newest, storedNewest, spreads, last }: RecentMinutes,
  measuredAt: number,
): number | null {
  const minute = minuteOf(measuredAt)
  if (minute === last) return null
  // A minute later than the newest reading stored is empty.
  const isStored = minute <= minuteOf(storedNewest) && minute >= firstMinute(newest)
  return isStored && !spreads.has(minute) ? minute : null
}

/** Puts a reading into its minute, unless it is older than the window that ends with the newest reading. */
export function addToMinutes(minutes: RecentMinutes, { measuredAt, glucoseMgdl, heartRateBpm }: Measured): void {
  if (measuredAt > minutes.newest) minutes.newest = measuredAt
  const minute = minuteOf(measuredAt)
  if (minute < firstMinute(minutes.newest)) return
  // Most readings fall into the minute of the one before.
  if (minute !== minutes.last) {
    minutes.last = minute
    minutes.lastSpread = minutes.spreads.get(minute) ?? emptyMinute()
    minutes.spreads.set(minute, minutes.lastSpread)
    minutes.changed.add(minute)
  }
  const spread = minutes.lastSpread
  spread.glucoseMgdl = widen(spread.glucoseMgdl, glucoseMgdl)
  spread.heartRateBpm = widen(spread.heartRateBpm, heartRateBpm)
}

type Measured = Pick<SignalValues, 'glucoseMgdl' | 'heartRateBpm'> & { measuredAt: number }

/** The spread with another value in it; changes `spread`. */
function widen(spread: Spread | null, value: number | null): Spread | null {
  if (value === null) return spread
  if (spread === null) return { count: 1, sum: value, min: value, max: value }
  spread.count++
  spread.sum += value
  if (value < spread.min) spread.min = value
  if (value > spread.max) spread.max = value
  return spread
}

/** The fields to write: minutes that were changed and are still inside the window. */
export function changedFields({ newest, spreads, changed }: RecentMinutes): Record<string, string> {
  const fields: Record<string, string> = {}
  for (const minute of changed) {
    const spread = spreads.get(minute)
    if (spread && minute >= firstMinute(newest)) fields[minuteField(minute)] = encodeMinute(spread)
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
  const { newest, spreads } = minutes
  minutes.storedNewest = newest
  minutes.changed.clear()
  minutes.last = Number.NaN
  const current = minuteOf(newest)
  if (spreads.size === 1 && spreads.has(current)) return
  const kept = spreads.get(current)
  spreads.clear()
  if (kept !== undefined) spreads.set(current, kept)
}
