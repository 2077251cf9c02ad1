// Growth as tables, one for each thing that grew: on the terminal, and in docs/ as Markdown.
import type { GrowthLine } from './growth.ts'
import { alignedTable, markdownRows, withSpread } from './table.ts'
import { asRatio, inUnit } from './units.ts'

/** Of each work, its heading and the cells below it. */
function tablesOf(lines: readonly GrowthLine[]): string[][][] {
  const byWork = Map.groupBy(lines, ({ work }) => work)
  return [...byWork].map(([work, theirs]) => {
    const sizes = [...new Set(theirs.flatMap((line) => line.sizes.map(({ size }) => size)))]
    const heading = [work.replace('growth-', ''), ...sizes.map((size) => size.toLocaleString('en')), 'expected', 'met']
    return [heading, ...theirs.map((line) => cellsOf(line, sizes))]
  })
}

function cellsOf({ what, unit, expected, sizes, isMet }: GrowthLine, columns: readonly number[]): string[] {
  const cells = columns.map((column, i) => {
    const found = sizes.find(({ size }) => size === column)
    if (found === undefined) return '–'
    const value = withSpread(found.value, (figure) => inUnit(figure, unit))
    return i === 0 ? value : `${value}, ${asRatio(found.ratio.median)}`
  })
  return [what, ...cells, expected, isMet ? 'yes' : 'no']
}

export const terminalGrowth = (lines: readonly GrowthLine[]): string => tablesOf(lines).map(alignedTable).join('\n\n')

export const markdownGrowth = (lines: readonly GrowthLine[]): string => tablesOf(lines).map(markdownRows).join('\n\n')
