// The identities seen lately of one patient's sensor: what makes a reading that comes again count once.

/** A sensor's newest this many identities are known; what is older than all of them cannot be judged here. */
export const windowSize = 1024
/** After so many additions the stored list is written afresh, so that it stays short. */
const maxItems = 64

/**
 * The newest identities, by rising time. In the views they are a list of additions, which is read back into the same
 * window; so a batch writes what it adds and no more.
 */
export interface SeenWindow {
  /** From `start` on; what lies before has left the window and is cut off now and then. */
  times: number[]
  /** Which signals were seen at each time, as bits. */
  masks: number[]
  start: number
  /** Additions not stored yet: time and mask in turn. */
  added: number[]
  /** Items of the stored list. */
  items: number
}

export interface Admission {
  /** The signals, as bits, that were not seen at that time before. */
  fresh: number
  /** The time lies before the window: whether it was seen before is for the batch layer to say. */
  beforeWindow: boolean
}

/** Takes note of the signals (bits) measured at a time. Changes `window`. */
export function admit(window: SeenWindow, measuredAt: number, mask: number): Admission {
  const { times, masks, start } = window
  const at = lowerBound(times, start, measuredAt)
  if (at === start && times.length - start >= windowSize && times[at] !== measuredAt) {
    return { fresh: mask, beforeWindow: true }
  }
  if (times[at] === measuredAt) {
    const known = masks[at] ?? 0
    const fresh = mask & ~known
    if (fresh !== 0) {
      masks[at] = known | mask
      window.added.push(measuredAt, fresh)
    }
    return { fresh, beforeWindow: false }
  }
  if (at === times.length) {
    times.push(measuredAt)
    masks.push(mask)
  } else {
    times.splice(at, 0, measuredAt)
    masks.splice(at, 0, mask)
  }
  window.added.push(measuredAt, mask)
  if (times.length - start > windowSize) dropOldest(window)
  return { fresh: mask, beforeWindow: false }
}

/** So many may lie before the start: moving the rest is then worth it. */
const mostDropped = 256

function dropOldest(window: SeenWindow): void {
  window.start++
  if (window.start < mostDropped) return
  window.times.splice(0, window.start)
  window.masks.splice(0, window.start)
  window.start = 0
}

/** The first index from `low` on whose time is not before `time`; readings mostly come in order: the end is looked at first. */
function lowerBound(times: readonly number[], low: number, time: number): number {
  let high = times.length
  if (high === low || (times[high - 1] ?? 0) < time) return high
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((times[middle] ?? 0) < time) low = middle + 1
    else high = middle
  }
  return low
}

/** Reads a window from its stored list. */
export function decodeWindow(items: readonly string[]): SeenWindow {
  const masks = new Map<number, number>()
  for (const item of items) {
    let time = 0
    const numbers = item.split(',')
    for (let i = 0; i + 1 < numbers.length; i += 2) {
      time += Number.parseInt(numbers[i] ?? '0', 36)
      masks.set(time, (masks.get(time) ?? 0) | Number(numbers[i + 1]))
    }
  }
  const times = [...masks.keys()].sort((a, b) => a - b).slice(-windowSize)
  return { times, masks: times.map((time) => masks.get(time) ?? 0), start: 0, added: [], items: items.length }
}

/** What to store of a window: `replace` the list by the item, or append it. `null` when nothing was added. */
export function encodeAdditions(window: SeenWindow): { item: string; replace: boolean } | null {
  if (window.added.length === 0) return null
  if (!mustReplace(window)) return { item: encode(window.added), replace: false }
  const { times, masks, start } = window
  return { item: encode(times.slice(start).flatMap((time, i) => [time, masks[start + i] ?? 0])), replace: true }
}

/** To be called when what `encodeAdditions` gave is stored. */
export function additionsStored(window: SeenWindow): void {
  if (window.added.length === 0) return
  window.items = mustReplace(window) ? 1 : window.items + 1
  window.added = []
}

/** Where the list has grown long, or nothing of it would be left in the window. */
const mustReplace = ({ items, added }: SeenWindow): boolean => items >= maxItems || added.length >= 2 * windowSize

/** Times as differences in base 36: about four characters an identity. */
function encode(numbers: readonly number[]): string {
  const parts: string[] = []
  let before = 0
  for (let i = 0; i + 1 < numbers.length; i += 2) {
    const time = numbers[i] ?? 0
    parts.push((time - before).toString(36), String(numbers[i + 1]))
    before = time
  }
  return parts.join(',')
}
