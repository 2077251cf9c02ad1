// The result as a table: on the terminal with aligned columns, in docs/ as Markdown.
import type { Spread } from '../statistics.ts'
import type { Line } from './result.ts'
import { asRatio, describeGoal, inUnit } from './units.ts'

const heading = ['work', 'ours', 'beside it', 'ratio', 'goal', 'met']
const verdicts = { aim: 'yes', floor: 'yes, not the aim', no: 'no' } as const

/** Every line's cells, medians with the least and the most of all rounds. */
const cellsOf = ({ what, unit, ours, beside, goal, met }: Line): string[] => [
  what,
  withSpread(ours, (value) => inUnit(value, unit)),
  beside === null ? '–' : `${beside.name} ${withSpread(beside.value, (value) => inUnit(value, unit))}`,
  beside === null ? '–' : withSpread(beside.ratio, asRatio),
  goal === null ? '–' : describeGoal(goal, unit),
  met === null ? '–' : verdicts[met],
]

export function withSpread({ median, min, max, rounds }: Spread, write: (value: number) => string): string {
  return rounds === 1 ? write(median) : `${write(median)} [${write(min)} – ${write(max)}]`
}

export const terminalTable = (lines: readonly Line[]): string => alignedTable([heading, ...lines.map(cellsOf)])

export const markdownTable = (lines: readonly Line[]): string => markdownRows([heading, ...lines.map(cellsOf)])

/** Rows of cells, the heading first, in columns as wide as they need. */
export function alignedTable(rows: readonly string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

export function markdownRows([heading = [], ...rows]: readonly string[][]): string {
  return [heading, heading.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}
