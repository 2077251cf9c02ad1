// The readings of the last ten minutes, as lists of the views, one for each patient and block of two minutes: a commit appends
// what came, however much is there already, and what has left a window goes list by list.
import type { Reading } from '@health/domain'
import { type EncodedReading, readingBlockMs, readingWindowMs } from '@health/views'

/** A patient's window. */
export interface ReadingWindow {
  /** Time of the patient's newest reading, where the window ends; −∞ before the first. */
  newest: number
  /** `newest` when the readings were last stored: what has left the window since is removed from the views. */
  storedNewest: number
}

export const createReadingWindow = (newest: number): ReadingWindow => ({ newest, storedNewest: newest })

const blockOf = (ms: number): number => Math.floor(ms / readingBlockMs)
const firstBlock = (newest: number): number => blockOf(newest - readingWindowMs)

/** The blocks that have left the window since the last time. */
export function expiredBlocks({ newest, storedNewest }: ReadingWindow): number[] {
  if (newest === storedNewest || storedNewest === Number.NEGATIVE_INFINITY) return []
  const blocks: number[] = []
  const last = Math.min(firstBlock(newest) - 1, blockOf(storedNewest))
  for (let block = firstBlock(storedNewest); block <= last; block++) blocks.push(block)
  return blocks
}

/** Whether a reading measured then is still inside the window. */
export const isInside = ({ newest }: ReadingWindow, measuredAt: number): boolean =>
  blockOf(measuredAt) >= firstBlock(newest)

/** Readings by block, in the order in which they came. */
export const byBlock = (readings: readonly EncodedReading[]): Map<number, EncodedReading[]> =>
  Map.groupBy(readings, ([measuredAt]) => blockOf(measuredAt))

const rowLength = 6

/**
 * Readings of all patients of a partition that wait for a commit, in the order in which they came. A backlog brings so many in
 * a second that they are kept as numbers, and their place is used again.
 */
export class WaitingReadings {
  /** Of each: whose it is, then an `EncodedReading` with NaN for `null`. */
  #numbers = new Float64Array(rowLength)
  #end = 0

  /** `patient` is a number that the caller knows the patient by. */
  add(patient: number, reading: Reading, receivedAt: number): void {
    if (this.#end === this.#numbers.length) {
      const grown = new Float64Array(2 * this.#end)
      grown.set(this.#numbers)
      this.#numbers = grown
    }
    const numbers = this.#numbers
    const at = this.#end
    this.#end = at + rowLength
    numbers[at] = patient
    numbers[at + 1] = reading.measuredAt
    numbers[at + 2] = receivedAt
    numbers[at + 3] = reading.glucoseMgdl ?? Number.NaN
    numbers[at + 4] = reading.heartRateBpm ?? Number.NaN
    numbers[at + 5] = reading.temperatureC ?? Number.NaN
  }

  select(
    isWanted: (patient: number, measuredAt: number, receivedAt: number) => boolean,
  ): [patient: number, reading: EncodedReading][] {
    const numbers = this.#numbers
    const selected: [number, EncodedReading][] = []
    for (let at = 0; at < this.#end; at += rowLength) {
      const [patient, measuredAt, receivedAt] = [numberAt(at), numberAt(at + 1), numberAt(at + 2)]
      if (!isWanted(patient, measuredAt, receivedAt)) continue
      selected.push([patient, [measuredAt, receivedAt, numberAt(at + 3), numberAt(at + 4), numberAt(at + 5)]])
    }
    return selected

    function numberAt(index: number): number {
      return numbers[index] as number
    }
  }

  clear(): void {
    this.#end = 0
  }
}
