// Which rows of a long list are worth drawing: those in sight, and a few on either side.

export interface RowRange {
  /** First row drawn. */
  from: number
  /** Row after the last one drawn. */
  to: number
}

/** Rows beyond either edge, so that a quick flick shows no blank. */
const overscan = 6

/** The rows to draw of `count` rows, each `rowHeight` px high, in a box `height` px high that is scrolled by `scrollTop`. */
export function rowsInSight(scrollTop: number, height: number, rowHeight: number, count: number): RowRange {
  const first = Math.floor(scrollTop / rowHeight) - overscan
  const last = Math.ceil((scrollTop + height) / rowHeight) + overscan
  const from = Math.min(Math.max(0, first), count)
  return { from, to: Math.max(from, Math.min(count, last)) }
}

/** Where to scroll so that a row is wholly in sight; the present `scrollTop` where it is. */
export function scrollToRow(row: number, scrollTop: number, height: number, rowHeight: number): number {
  const top = row * rowHeight
  if (top < scrollTop) return top
  return Math.max(scrollTop, top + rowHeight - height)
}
