// From the figures of all rounds to the lines of the result: medians, spreads, ratios of neighbours, and the goals met.
import { pairwiseRatios, type Series, type Spread, spreadOf } from '../statistics.ts'
import type { Figures } from '../works/work.ts'
import { type Comparison, comparisons, type FigureName, type Goal } from './comparisons.ts'
import type { Unit } from './units.ts'

/** What each contender of a work measured, a round after the other; `null` where it failed. */
export type WorkRounds = Readonly<Record<string, readonly (Figures | null)[]>>

export interface Line {
  work: string
  what: string
  unit: Unit
  ours: Spread
  beside: { name: string; value: Spread; ratio: Spread } | null
  goal: Goal | null
  /** How the median stands to the goal; `null` without one, or without what it is compared with. */
  met: 'aim' | 'floor' | 'no' | null
}

/** The lines for which there are figures of ours. */
export const resultOf = (rounds: Readonly<Record<string, WorkRounds>>): Line[] =>
  comparisons.flatMap((comparison) => lineOf(comparison, rounds[comparison.work] ?? {}))

function lineOf({ work, what, unit, ours, beside, goal = undefined }: Comparison, rounds: WorkRounds): Line[] {
  const own = seriesOf(rounds, ours)
  const spread = spreadOf(own.filter((value) => value !== null))
  if (spread === null) return []
  const other = beside === undefined ? [] : seriesOf(rounds, beside)
  const value = spreadOf(other.filter((each) => each !== null))
  const ratio = spreadOf(pairwiseRatios(own, other))
  const compared = beside && value && ratio ? { name: contenderOf(beside), value, ratio } : null
  const judged = goal?.of === 'ratio' ? compared?.ratio : spread
  const met = goal && judged ? judge(goal, judged.median) : null
  return [{ work, what, unit, ours: spread, beside: compared, goal: goal ?? null, met }]
}

const contenderOf = (figure: FigureName): string => figure.slice(0, figure.lastIndexOf('.'))

function seriesOf(rounds: WorkRounds, figure: FigureName): Series {
  const name = figure.slice(figure.lastIndexOf('.') + 1)
  return (rounds[contenderOf(figure)] ?? []).map((figures) => figures?.[name] ?? null)
}

function judge({ bound, floor, aim }: Goal, median: number): 'aim' | 'floor' | 'no' {
  const reaches = (goal: number) => (bound === 'at least' ? median >= goal : median <= goal)
  if (!reaches(floor)) return 'no'
  return reaches(aim ?? floor) ? 'aim' : 'floor'
}
