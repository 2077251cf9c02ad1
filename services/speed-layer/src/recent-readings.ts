// The readings of the last ten minutes, as lists of the views, one for each patient and block of two minutes: a commit appends
// what came, however much is there already, and what has left a window goes list by list.
import type { Reading } from '@health/domain'
import { addTold, type EncodedReading, readingBlockMs, readingWindowMs, type ToldReadings } from '@health/views'

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

/** So many blocks lie in a window at most, one behind the other: no two of them are the same modulo this. */
const blocksInWindow = readingWindowMs / readingBlockMs + 1
const rowLength = 7

/**
 * Readings of all patients of a partition that wait for a commit. A backlog brings so many in a second that they are kept as
 * numbers, and their place is used again.
 */
export class WaitingReadings {
  /** Of each: whose it is, then an `EncodedReading` with NaN for `null`, and where the one before in its block is, or −1. */
  #numbers = new Float64Array(rowLength)
  #end = 0
  /**
   * Where the last one is, or −1, of each patient and block modulo `blocksInWindow`. A later block takes the place of an
   * earlier one, which has left the window then: of a long history nearly all, and nothing looks at it again.
   */
  readonly #last: number[] = []

  get size(): number {
    return this.#end / rowLength
  }

  /** `patient` is a small number that the caller knows the patient by. */
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
    const block = blockOf(reading.measuredAt)
    const last = this.#last
    while (last.length < (patient + 1) * blocksInWindow) last.push(-1)
    const place = patient * blocksInWindow + (block % blocksInWindow)
    const before = last[place] as number
    const blockBefore = before < 0 ? Number.NEGATIVE_INFINITY : blockOf(this.#numberAt(before + 1))
    numbers[at + 6] = blockBefore === block ? before : -1
    if (blockBefore <= block) last[place] = at
  }

  /** The patient's of a window, which ends with none earlier than these, by block, each in the order in which they came. */
  *inside({ newest }: ReadingWindow, patient: number): Iterable<[block: number, readings: EncodedReading[]]> {
    for (let place = patient * blocksInWindow; place < (patient + 1) * blocksInWindow; place++) {
      let at = this.#last[place] ?? -1
      if (at < 0) continue
      const block = blockOf(this.#numberAt(at + 1))
      if (block < firstBlock(newest)) continue
      const readings: EncodedReading[] = []
      for (; at >= 0; at = this.#numberAt(at + 6)) readings.push(this.#readingAt(at))
      yield [block, readings.reverse()]
    }
  }

  /** Those received after a time (epoch ms) as a change made at `now` tells them, by patient. */
  toldAt(now: number, receivedAfter: number): Map<number, ToldReadings> {
    const told = new Map<number, ToldReadings>()
    for (let at = 0; at < this.#end; at += rowLength) {
      if (this.#numberAt(at + 2) <= receivedAfter) continue
      const patient = this.#numberAt(at)
      let theirs = told.get(patient)
      if (theirs === undefined) {
        theirs = []
        told.set(patient, theirs)
      }
      addTold(theirs, now, this.#readingAt(at))
    }
    return told
  }

  clear(): void {
    this.#end = 0
    this.#last.length = 0
  }

  #numberAt(index: number): number {
    return this.#numbers[index] as number
  }

  #readingAt(at: number): EncodedReading {
    const [measuredAt, receivedAt] = [this.#numberAt(at + 1), this.#numberAt(at + 2)]
    return [measuredAt, receivedAt, this.#numberAt(at + 3), this.#numberAt(at + 4), this.#numberAt(at + 5)]
  }
}
