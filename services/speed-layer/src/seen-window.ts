// The newest readings of one patient's sensor, by time and signals: with them a reading that comes twice is counted once.

/** How many times are remembered of each sensor, the newest; whether an older one was seen before is not known here. */
export const windowSize = 1024
/** Older times are removed so many at once: to shift the arrays for each reading would cost a tenth of the throughput. */
const maxOlderTimes = 256
/** After so many additions the stored list is rewritten as one item, so that it stays short. */
const maxStoredItems = 64

/** The stored form is a list of additions, so that a commit writes only what it adds. */
export interface SeenWindow {
  /** The times seen, ascending: the newest `windowSize`, and a few older ones that nothing looks at. */
  times: number[]
  /** The signals seen at each of `times`, as a sum of bits. */
  signals: number[]
  /** What is not stored yet, time and signals in turn; complete up to `windowSize` additions: see `mustRewrite`. */
  additions: number[]
  /** Items of the stored list. */
  storedItems: number
}

/** Whether a time is older than a full window: only the batch layer knows whether it was seen before. */
export const isBeforeWindow = ({ times }: SeenWindow, measuredAt: number): boolean =>
  times.length >= windowSize && measuredAt < (times[times.length - windowSize] as number)

/**
 * Marks signals (a sum of bits) as seen at a time that is not before the window, and returns those that were not seen at that
 * time before. Changes `window`.
 */
export function markSeen(window: SeenWindow, measuredAt: number, measured: number): number {
  const { times, signals, additions } = window
  const index = indexOf(times, measuredAt)
  const isKnown = times[index] === measuredAt
  const seen = isKnown ? (signals[index] as number) : 0
  const fresh = measured & ~seen
  if (fresh === 0) return 0
  if (isKnown) signals[index] = seen | fresh
  else insert(window, index, measuredAt, fresh)
  if (!mustRewrite(window)) additions.push(measuredAt, fresh)
  return fresh
}

function insert({ times, signals }: SeenWindow, index: number, measuredAt: number, measured: number): void {
  if (index === times.length) {
    times.push(measuredAt)
    signals.push(measured)
  } else {
    times.splice(index, 0, measuredAt)
    signals.splice(index, 0, measured)
  }
  if (times.length < windowSize + maxOlderTimes) return
  times.splice(0, maxOlderTimes)
  signals.splice(0, maxOlderTimes)
}

/** The first index whose time is not before `time`. Readings mostly come in order, so the end is tried first. */
function indexOf(times: readonly number[], time: number): number {
  let high = times.length
  if (high === 0 || (times[high - 1] as number) < time) return high
  let low = 0
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((times[middle] as number) < time) low = middle + 1
    else high = middle
  }
  return low
}

/** Reads a window from its stored list. */
export function decodeWindow(items: readonly string[]): SeenWindow {
  const signalsAt = new Map<number, number>()
  for (const item of items) {
    let time = 0
    const numbers = item.split(',')
    for (let i = 0; i + 1 < numbers.length; i += 2) {
      time += Number.parseInt(numbers[i] ?? '0', 36)
      signalsAt.set(time, (signalsAt.get(time) ?? 0) | Number(numbers[i + 1]))
    }
  }
  const times = [...signalsAt.keys()].sort((a, b) => a - b).slice(-windowSize)
  return { times, signals: times.map((time) => signalsAt.get(time) ?? 0), additions: [], storedItems: items.length }
}

/** The item to append to the stored list, or to `replace` the list with. `null` when nothing was added. */
export function encodeAdditions(window: SeenWindow): { item: string; replace: boolean } | null {
  if (!isAddedTo(window)) return null
  const replace = mustRewrite(window)
  return { item: encode(replace ? seenIn(window).flat() : window.additions), replace }
}

/** The newest `windowSize` times with the signals seen at each, ascending. */
export const seenIn = ({ times, signals }: SeenWindow): [time: number, signals: number][] =>
  times.map((time, i): [number, number] => [time, signals[i] as number]).slice(-windowSize)

/** Must be called once the item of `encodeAdditions` is stored. */
export function additionsStored(window: SeenWindow): void {
  if (!isAddedTo(window)) return
  window.storedItems = mustRewrite(window) ? 1 : window.storedItems + 1
  window.additions = []
}

/** Whether there is something to store. */
export const isAddedTo = ({ additions }: SeenWindow): boolean => additions.length > 0

/** Whether the list has grown long, or the additions are as many as the window holds. */
const mustRewrite = ({ storedItems, additions }: SeenWindow): boolean =>
  additions.length >= 2 * windowSize || (storedItems >= maxStoredItems && additions.length > 0)

/** Times as differences in base 36: about four characters each. */
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
