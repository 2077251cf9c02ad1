// A patient's readings of the last ten minutes, as lists of the views, one for each block of two minutes: a commit appends
// what came, however much is there already, and what has left the window goes list by list.
import type { Reading } from '@health/domain'
import { encodeColumns, pushReading, type ReadingColumns, readingBlockMs, readingWindowMs } from '@health/views'

export interface RecentReadings {
  /** Time of the patient's newest reading, where the window ends; −∞ before the first. */
  newest: number
  /** `newest` when the readings were last stored: what has left the window since is removed from the views. */
  storedNewest: number
  /** By block, in the order in which they came; what is stored already is not among them. */
  added: Map<number, ReadingColumns>
}

export const createReadings = (newest: number): RecentReadings => ({ newest, storedNewest: newest, added: new Map() })

const blockOf = (ms: number): number => Math.floor(ms / readingBlockMs)
const firstBlock = (newest: number): number => blockOf(newest - readingWindowMs)

/** Takes note of a reading received at `receivedAt`, unless it is older than the window that ends with the newest one. */
export function addToReadings(readings: RecentReadings, reading: Reading, receivedAt: number): void {
  const { measuredAt } = reading
  if (measuredAt > readings.newest) readings.newest = measuredAt
  const block = blockOf(measuredAt)
  if (block < firstBlock(readings.newest)) return
  let added = readings.added.get(block)
  if (added === undefined) {
    added = []
    readings.added.set(block, added)
    for (const old of readings.added.keys()) if (old < firstBlock(readings.newest)) readings.added.delete(old)
  }
  pushReading(added, reading, receivedAt)
}

/** What to append, as an item for each block that is still inside the window. */
export function itemsToStore({ newest, added }: RecentReadings): [block: number, item: string][] {
  const items: [number, string][] = []
  for (const [block, columns] of added) if (block >= firstBlock(newest)) items.push([block, encodeColumns(columns)])
  return items
}

/** The blocks that have left the window since the last time. */
export function expiredBlocks({ newest, storedNewest }: RecentReadings): number[] {
  if (newest === storedNewest || storedNewest === Number.NEGATIVE_INFINITY) return []
  const blocks: number[] = []
  const last = Math.min(firstBlock(newest) - 1, blockOf(storedNewest))
  for (let block = firstBlock(storedNewest); block <= last; block++) blocks.push(block)
  return blocks
}

/** To be called when changes are stored. */
export function readingsStored(readings: RecentReadings): void {
  readings.storedNewest = readings.newest
  readings.added.clear()
}
