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

/** Whether a time lies before the window: whether it was seen before is then for the batch layer to say. */
export const isBeforeWindow = ({ times, start }: SeenWindow, measuredAt: number): boolean =>
  times.length - start >= windowSize && measuredAt < (times[start] ?? 0)

/**
 * Takes note of the signals (bits) measured at a time that does not lie before the window, and returns those that were not seen
 * then before. Changes `window`.
 */
export function admit(window: SeenWindow, measuredAt: number, mask: number): number {
  const { times, masks, start } = window
  const at = lowerBound(times, start, measuredAt)
  if (times[at] === measuredAt) {
    const known = masks[at] ?? 0
    const fresh = mask & ~known
    if (fresh !== 0) {
      masks[at] = known | mask
      window.added.push(measuredAt, fresh)
    }
    return fresh
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
  return mask
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
  const all: number[] = []
  for (let i = start; i < times.length; i++) all.push(times[i] ?? 0, masks[i] ?? 0)
  return { item: encode(all), replace: true }
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
  let item = ''
  let before = 0
  for (let i = 0; i + 1 < numbers.length; i += 2) {
    const time = numbers[i] ?? 0
    item += `${i === 0 ? '' : ','}${(time - before).toString(36)},${numbers[i + 1]}`
    before = time
  }
  return item
}
