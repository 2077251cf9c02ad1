// A benchmark's report, and its files: JSON with every round, a page and a chart beside it.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { ConfigError } from '@health/runtime'
import type { Machine } from '../machine.ts'
import type { Sizes } from '../sizes.ts'
import { refreshCapacity } from './capacity.ts'
import { chart } from './chart.ts'
import { growthOf } from './growth.ts'
import { markdownPage } from './markdown.ts'
import { resultOf, type WorkRounds } from './result.ts'

export interface Report {
  quick: boolean
  machine: Machine
  sizes: Sizes
  works: Readonly<Record<string, MeasuredWork>>
}

/** A work with when, and on what, it was measured: the works of a report may be of several runs. */
export interface MeasuredWork {
  /** RFC 3339. */
  at: string
  commit: string
  /** The load average of the minute before the run. */
  loadBefore: number
  rounds: WorkRounds
}

/** The figures of all works. */
export const roundsOf = ({ works }: Report): Record<string, WorkRounds> =>
  Object.fromEntries(Object.entries(works).map(([name, { rounds }]) => [name, rounds]))

const pageName = 'benchmarks.md'
const capacityName = 'capacity.md'
const chartName = 'bench.svg'

/**
 * The report that `jsonFile` holds, so that works that are not measured again stay in it; `null` where there is none.
 * Throws a `ConfigError` where it is of other sizes or of another machine: its figures must not stand beside the new ones.
 */
export function readReport(jsonFile: string, { quick, machine, sizes }: Omit<Report, 'works'>): Report | null {
  if (!existsSync(jsonFile)) return null
  const found: Report = JSON.parse(readFileSync(jsonFile, 'utf8'))
  const theirs: Record<string, unknown> = { quick: found.quick, sizes: found.sizes, ...found.machine }
  const differing = Object.entries({ quick, sizes, ...machine }).find(
    ([key, value]) => !isDeepStrictEqual(value, theirs[key]),
  )
  if (differing === undefined) return found
  const [name, now] = differing
  throw new ConfigError(
    `${jsonFile} was measured with ${name} ${JSON.stringify(theirs[name])}, not ${JSON.stringify(now)}. Measure as it was, or give --out a new file.`,
  )
}

/** Writes `jsonFile`, and the page and the chart into its folder; the tables of a page on capacity there are made anew. */
export function writeReport(jsonFile: string, report: Report): void {
  const folder = dirname(jsonFile)
  const rounds = roundsOf(report)
  mkdirSync(folder, { recursive: true })
  const lines = resultOf(rounds)
  writeFileSync(jsonFile, `${JSON.stringify({ ...report, lines, growth: growthOf(rounds) }, null, 2)}\n`)
  writeFileSync(join(folder, chartName), chart(lines))
  writeFileSync(join(folder, pageName), markdownPage(report, chartName))
  const capacity = join(folder, capacityName)
  // What quick sizes cost says nothing of a million.
  if (!report.quick && existsSync(capacity))
    writeFileSync(capacity, refreshCapacity(readFileSync(capacity, 'utf8'), rounds))
}
