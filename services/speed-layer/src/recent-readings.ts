// The readings of the last ten minutes, as lists of the views, one for each patient and block of two minutes: a commit only
// appends what came, and what has left the window is deleted list by list.
import type { Reading } from '@health/domain'
import { type RecentReading, readingBlockMs, readingWindowMs } from '@health/views'

/** A patient's window, and the readings that wait for the next commit. */
export interface RecentReadings {
  /** Time of the patient's newest reading, where the window ends; −∞ before the first. */
  newest: number
  /** `newest` when the readings were last stored: what has left the window since is removed from the views. */
  storedNewest: number
  /**
   * The readings that wait, in the order in which they came, as five numbers each: see `addPending`. Objects would take three
   * times the memory behind a backlog and cost a quarter more CPU time per message, since a commit's worth of them survives.
   */
  pending: number[]
}

export const createRecentReadings = (newest: number): RecentReadings => ({ newest, storedNewest: newest, pending: [] })

const numbersEach = 5

/** Adds a reading to those that wait. */
export function addPending(recent: RecentReadings, reading: Reading, receivedAt: number): void {
  const { measuredAt, glucoseMgdl, heartRateBpm, temperatureC } = reading
  if (measuredAt > recent.newest) recent.newest = measuredAt
  const none = Number.NaN
  recent.pending.push(measuredAt, receivedAt, glucoseMgdl ?? none, heartRateBpm ?? none, temperatureC ?? none)
}

/** The pending readings inside the window by block, each in the order in which they came. */
export function pendingBlocks({ newest, pending }: RecentReadings): Map<number, RecentReading[]> {
  const inside = select(pending, (measuredAt) => blockOf(measuredAt) >= firstBlock(newest))
  return Map.groupBy(inside, ({ measuredAt }) => blockOf(measuredAt))
}

/** The pending readings received after `since` (epoch ms), in the order in which they came. */
export const pendingSince = ({ pending }: RecentReadings, since: number): RecentReading[] =>
  select(pending, (_measuredAt, receivedAt) => receivedAt > since)

function select(
  pending: readonly number[],
  isWanted: (measuredAt: number, receivedAt: number) => boolean,
): RecentReading[] {
  const selected: RecentReading[] = []
  for (let i = 0; i < pending.length; i += numbersEach) {
    const [measuredAt, receivedAt] = [pending[i] as number, pending[i + 1] as number]
    if (!isWanted(measuredAt, receivedAt)) continue
    const [glucoseMgdl, heartRateBpm, temperatureC] = [valueAt(i + 2), valueAt(i + 3), valueAt(i + 4)]
    selected.push({ measuredAt, receivedAt, glucoseMgdl, heartRateBpm, temperatureC })
  }
  return selected

  function valueAt(index: number): number | null {
    const value = pending[index] as number
    return Number.isNaN(value) ? null : value
  }
}

const blockOf = (ms: number): number => Math.floor(ms / readingBlockMs)
const firstBlock = (newest: number): number => blockOf(newest - readingWindowMs)

/** The blocks that have left the window since the last time. */
export function expiredBlocks({ newest, storedNewest }: RecentReadings): number[] {
  if (newest === storedNewest || storedNewest === Number.NEGATIVE_INFINITY) return []
  const blocks: number[] = []
  const last = Math.min(firstBlock(newest) - 1, blockOf(storedNewest))
  for (let block = firstBlock(storedNewest); block <= last; block++) blocks.push(block)
  return blocks
}

/** Must be called once the pending readings are stored. */
export function readingsStored(recent: RecentReadings): void {
  recent.storedNewest = recent.newest
  recent.pending = []
}
