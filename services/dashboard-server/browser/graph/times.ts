// The times that the graph's axis names: round ones, as many as there is room for.

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const steps = [1, 2, 5, 10, 20, 30]
  .map((n) => n * second)
  .concat([1, 2, 5, 10, 20, 30].map((n) => n * minute))
  .concat([1, 2, 3, 6].map((n) => n * hour))

/** The shortest of the round steps (ms) with which at most `most` times stand in `widthMs`. */
export const stepFor = (widthMs: number, most: number): number =>
  steps.find((step) => widthMs / step <= most) ?? 12 * hour

/** Moments from `from` to `to`, `stepMs` apart, that are round on a clock `aheadMs` ahead of UTC. */
export function roundTimes(from: number, to: number, stepMs: number, aheadMs: number): number[] {
  const times: number[] = []
  const first = Math.ceil((from + aheadMs) / stepMs) * stepMs - aheadMs
  for (let time = first; time <= to; time += stepMs) times.push(time)
  return times
}

/** How far this browser's clock is ahead of UTC, ms. */
export const aheadOfUtc = (at: number): number => -new Date(at).getTimezoneOffset() * minute
