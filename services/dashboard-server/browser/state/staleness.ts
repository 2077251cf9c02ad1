// Staleness by the page's own clock, so that a number greys in time even when the server is dead.
import type { PatientRow } from '@health/api'

/** When the signal was measured that a patient's staleness is judged by: glucose, for all who ever sent it. RFC 3339. */
export const judgedTime = ({ latest }: PatientRow): string =>
  latest.glucose_measured_at ?? latest.heart_rate_measured_at ?? latest.measured_at

/** Whether a value is older than its interval. `now` is epoch ms; a missing value is not stale. */
export const isStale = (measuredAt: string | null, now: number, staleSeconds: number): boolean =>
  measuredAt !== null && now - Date.parse(measuredAt) > staleSeconds * 1000

/** The row with `stale` as it is at `now`; the same object where that changes nothing. */
export function judged(row: PatientRow, now: number, staleSeconds: number): PatientRow {
  const stale = isStale(judgedTime(row), now, staleSeconds)
  return stale === row.stale ? row : { ...row, stale }
}
