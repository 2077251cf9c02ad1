// Which rows may go into a lake file: it has one date and at most so many rows.
import type { ArchivedRecord, NewLakeFile } from '@health/lake'

const dayMs = 86_400_000

/** How many of `records`, from the first on, go into a file that is to hold at most `maxRows`. */
export function countFitting(
  records: readonly Pick<ArchivedRecord, 'receivedAt'>[],
  { date, rows }: Pick<NewLakeFile, 'date' | 'rows'>,
  maxRows: number,
): number {
  const dayStart = Date.parse(date)
  const room = Math.max(0, maxRows - rows)
  const misfit = records.findIndex(
    ({ receivedAt }, i) => i >= room || receivedAt < dayStart || receivedAt >= dayStart + dayMs,
  )
  return misfit < 0 ? records.length : misfit
}
