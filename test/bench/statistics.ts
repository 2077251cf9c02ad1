// Statistics of the measured figures: sums, percentiles, medians over the rounds, and ratios within a round.

export interface Spread {
  median: number
  min: number
  max: number
  /** The number of rounds with a figure. */
  rounds: number
}

export const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0)

/** One value a round, NaN where a round has none. `null` where no round has one. */
export function spreadOf(rounds: readonly number[]): Spread | null {
  const sorted = rounds.filter(Number.isFinite).sort((a, b) => a - b)
  const [min] = sorted
  const max = sorted.at(-1)
  if (min === undefined || max === undefined) return null
  const middle = (sorted.length - 1) / 2
  const median = ((sorted[Math.floor(middle)] ?? min) + (sorted[Math.ceil(middle)] ?? max)) / 2
  return { median, min, max, rounds: sorted.length }
}

/** Round by round, as the machine's speed drifts from one round to the next; NaN where a round lacks one of the two. */
export const ratiosOf = (ours: readonly number[], beside: readonly number[]): number[] =>
  ours.map((value, round) => value / (beside[round] ?? Number.NaN))

/** The smallest value that `percent` per cent of the ascending values do not exceed; NaN where there is none. */
export const percentile = (sorted: ArrayLike<number>, percent: number): number =>
  sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? Number.NaN
