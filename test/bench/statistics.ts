// The statistics of what was measured: medians with their spread, and ratios taken pair by pair.

export interface Spread {
  median: number
  min: number
  max: number
  /** Of how many rounds. */
  rounds: number
}

export const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0)

/** `null` where there is nothing to tell of. */
export function spreadOf(values: readonly number[]): Spread | null {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b)
  const [min] = sorted
  const max = sorted.at(-1)
  if (min === undefined || max === undefined) return null
  const middle = (sorted.length - 1) / 2
  const median = ((sorted[Math.floor(middle)] ?? min) + (sorted[Math.ceil(middle)] ?? max)) / 2
  return { median, min, max, rounds: sorted.length }
}

/** One value a round; `null` where the round has none. */
export type Series = readonly (number | null)[]

/** The ratios of the rounds that have both: machines change from minute to minute, so only neighbours are compared. */
export const pairwiseRatios = (ours: Series, beside: Series): number[] =>
  ours.flatMap((value, round) => {
    const other = beside[round] ?? null
    return value === null || other === null ? [] : [value / other]
  })

/** The smallest value that `percent` per cent of the ascending values do not exceed; NaN where there is none. */
export const percentile = (sorted: ArrayLike<number>, percent: number): number =>
  sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? Number.NaN
