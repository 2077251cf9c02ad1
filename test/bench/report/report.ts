// A benchmark's report, and its files: JSON with every round, a page and a chart beside it.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Machine } from '../machine.ts'
import type { Sizes } from '../sizes.ts'
import { refreshCapacity } from './capacity.ts'
import { chart } from './chart.ts'
import type { GrowthLine } from './growth.ts'
import { markdownPage } from './markdown.ts'
import type { Line, WorkRounds } from './result.ts'

export interface Report {
  /** RFC 3339. */
  at: string
  quick: boolean
  pairs: number
  machine: Machine
  sizes: Sizes
  lines: Line[]
  growth: GrowthLine[]
  rounds: Readonly<Record<string, WorkRounds>>
}

const pageName = 'benchmarks.md'
const capacityName = 'capacity.md'
const chartName = 'bench.svg'

/** Writes `jsonFile`, and the page and the chart into its folder; the tables of a page on capacity there are made anew. */
export function writeReport(jsonFile: string, report: Report): void {
  const folder = dirname(jsonFile)
  mkdirSync(folder, { recursive: true })
  writeFileSync(jsonFile, `${JSON.stringify(report, null, 2)}\n`)
  writeFileSync(join(folder, chartName), chart(report.lines))
  writeFileSync(join(folder, pageName), markdownPage(report, chartName))
  const capacity = join(folder, capacityName)
  // What quick sizes cost says nothing of a million.
  if (!report.quick && existsSync(capacity))
    writeFileSync(capacity, refreshCapacity(readFileSync(capacity, 'utf8'), report.rounds))
}
