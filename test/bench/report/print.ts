// How figures, ratios, goals and tables are written, on the terminal and in Markdown.
import type { Spread } from '../statistics.ts'
import type { GrowthLine } from './growth.ts'
import type { Goal, Line, Unit } from './result.ts'

const scales: Record<Unit, readonly [factor: number, suffix: string]> = {
  'a second': [1, '/s'],
  s: [1, ' s'],
  ms: [1e3, ' ms'],
  µs: [1e6, ' µs'],
  MB: [1e-6, ' MB'],
  kB: [1e-3, ' kB'],
  B: [1, ' B'],
  cores: [1, ' cores'],
  count: [1, ''],
}

/** Three digits: rounds differ by more than a fourth digit would show. */
export const rounded = (value: number): string =>
  Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)))

/** `12.5 ms`; `–` for NaN. */
export function inUnit(value: number, unit: Unit): string {
  const [factor, suffix] = scales[unit]
  return Number.isNaN(value) ? '–' : `${rounded(value * factor)}${suffix}`
}

/** `5.2 ×`, and small ones as `1/5.2`. */
export function asRatio(ratio: number): string {
  if (ratio >= 0.4 || ratio <= 0) return `${rounded(ratio)} ×`
  return `1/${rounded(1 / ratio)}`
}

/** `≥ 0.33 ×`, `≤ 1/15, aim 1/25`, `≤ 25 ms` */
export function describeGoal({ of, bound, floor, aim }: Goal, unit: Unit): string {
  const write = (value: number) => {
    if (of === 'value') return inUnit(value, unit)
    return bound === 'at least' ? `${rounded(value)} ×` : asRatio(value)
  }
  return `${bound === 'at least' ? '≥' : '≤'} ${write(floor)}${aim === undefined ? '' : `, aim ${write(aim)}`}`
}

/** A median, with the least and the most of all rounds. */
function withRange({ median, min, max, rounds }: Spread, write: (value: number) => string): string {
  return rounds === 1 ? write(median) : `${write(median)} [${write(min)} – ${write(max)}]`
}

/** Rows of cells, the heading first. */
export type Table = readonly (readonly string[])[]

export function resultTable(lines: readonly Line[]): Table {
  const rows = lines.map(({ what, unit, ours, beside, goal, met }) => {
    const write = (value: number) => inUnit(value, unit)
    return [
      what,
      withRange(ours, write),
      beside === null ? '–' : `${beside.name} ${withRange(beside.value, write)}`,
      beside === null ? '–' : withRange(beside.ratio, asRatio),
      goal === null ? '–' : describeGoal(goal, unit),
      met ?? '–',
    ]
  })
  return [['work', 'ours', 'beside it', 'ratio', 'goal', 'met'], ...rows]
}

/** One table for each thing that grows. */
export function growthTables(lines: readonly GrowthLine[]): Table[] {
  return [...Map.groupBy(lines, ({ work }) => work)].map(([work, ofWork]) => {
    const columns = [...new Set(ofWork.flatMap(({ sizes }) => sizes.map(({ size }) => size)))]
    const heading = [work.replace('growth-', ''), ...columns.map((size) => size.toLocaleString('en'))]
    return [[...heading, 'expected', 'met'], ...ofWork.map((line) => growthRow(line, columns))]
  })
}

function growthRow({ what, unit, expected, sizes, isMet }: GrowthLine, columns: readonly number[]): string[] {
  const cells = columns.map((column, i) => {
    const measured = sizes.find(({ size }) => size === column)
    if (measured === undefined) return '–'
    const value = withRange(measured.value, (figure) => inUnit(figure, unit))
    return i === 0 ? value : `${value}, ${asRatio(measured.ratio.median)}`
  })
  return [what, ...cells, expected, isMet ? 'yes' : 'no']
}

/** For the terminal: columns as wide as their widest cell. */
export function alignedTable(table: Table): string {
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)))
  const alignedRow = (row: readonly string[]) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')
  return table.map((row) => alignedRow(row).trimEnd()).join('\n')
}

export function markdownTable([heading = [], ...rows]: Table): string {
  return [heading, heading.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}
