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
  /** From `start` up to, not including, `end`. */
  times: Float64Array
  /** Which signals were seen at each time, as bits. */
  masks: Uint8Array
  start: number
  end: number
  /** So many of the newest are not stored yet. */
  unstored: number
  /** What else is not, since it came late: time and mask in turn. */
  late: number[]
  /** Items of the stored list. */
  items: number
}

/** Whether a time lies before the window: whether it was seen before is then for the batch layer to say. */
export const isBeforeWindow = ({ times, start, end }: SeenWindow, measuredAt: number): boolean =>
  end - start >= windowSize && measuredAt < (times[start] as number)

/**
 * Takes note of the signals (bits) measured at a time that does not lie before the window, and returns those that were not seen
 * then before. Changes `window`.
 */
export function admit(window: SeenWindow, measuredAt: number, mask: number): number {
  if (window.end === window.times.length) makeRoom(window)
  const { times, masks, end } = window
  const at = lowerBound(window, measuredAt)
  const isKnown = at < end && times[at] === measuredAt
  const seen = isKnown ? (masks[at] as number) : 0
  const fresh = mask & ~seen
  if (fresh === 0) return 0
  if (at < end - window.unstored) window.late.push(measuredAt, fresh)
  else if (!isKnown) window.unstored++
  if (!isKnown) insert(window, at, measuredAt)
  masks[at] = seen | fresh
  return fresh
}

function insert(window: SeenWindow, at: number, measuredAt: number): void {
  const { times, masks, end } = window
  if (at < end) {
    times.copyWithin(at + 1, at, end)
    masks.copyWithin(at + 1, at, end)
  }
  times[at] = measuredAt
  window.end++
  if (window.end - window.start <= windowSize) return
  window.start++
  window.unstored = Math.min(window.unstored, windowSize)
}

/** So many may lie before the start: moving the rest is then worth it. */
const mostBefore = 256
const mostRoom = windowSize + mostBefore

function makeRoom(window: SeenWindow): void {
  const { start, end, times, masks } = window
  if (times.length < mostRoom) {
    const room = Math.min(2 * times.length, mostRoom)
    window.times = new Float64Array(room)
    window.masks = new Uint8Array(room)
  }
  window.times.set(times.subarray(start, end))
  window.masks.set(masks.subarray(start, end))
  window.start = 0
  window.end = end - start
}

/** The first index whose time is not before `time`; readings mostly come in order: the end is looked at first. */
function lowerBound({ times, start, end }: SeenWindow, time: number): number {
  if (end === start || (times[end - 1] as number) < time) return end
  let low = start
  let high = end
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((times[middle] as number) < time) low = middle + 1
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
  const room = Math.max(leastRoom, times.length)
  const window = createWindow(room, items.length)
  window.times.set(times)
  window.masks.set(times.map((time) => masks.get(time) ?? 0))
  window.end = times.length
  return window
}

const leastRoom = 32

const createWindow = (room: number, items: number): SeenWindow => ({
  times: new Float64Array(room),
  masks: new Uint8Array(room),
  start: 0,
  end: 0,
  unstored: 0,
  late: [],
  items,
})

/** What to store of a window: `replace` the list by the item, or append it. `null` when nothing was added. */
export function encodeAdditions(window: SeenWindow): { item: string; replace: boolean } | null {
  const { times, masks, start, end, unstored, late } = window
  if (!isAddedTo(window)) return null
  const replace = mustReplace(window)
  const numbers = replace ? [] : [...late]
  for (let i = replace ? start : end - unstored; i < end; i++) numbers.push(times[i] as number, masks[i] as number)
  return { item: encode(numbers), replace }
}

/** To be called when what `encodeAdditions` gave is stored. */
export function additionsStored(window: SeenWindow): void {
  if (!isAddedTo(window)) return
  window.items = mustReplace(window) ? 1 : window.items + 1
  window.unstored = 0
  if (window.late.length > 0) window.late = []
}

/** Whether something of it is not stored yet. */
export const isAddedTo = ({ unstored, late }: SeenWindow): boolean => unstored > 0 || late.length > 0

/** Where the list has grown long, or would become longer than the window itself. */
const mustReplace = ({ items, unstored, late }: SeenWindow): boolean =>
  items >= maxItems || unstored + late.length / 2 >= windowSize

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
