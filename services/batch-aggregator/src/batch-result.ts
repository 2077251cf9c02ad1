// What a run computed: the rows of all patients together beside each patient's, and the sentence that sums it up.
import { type DaySums, emptyDay, mergeDays } from '@health/domain'
import type { LakeDay, LakeScan } from '@health/lake/scan'
import { allPatients, type VersionRow } from '@health/views'

/** What a run computed, and from what. */
export interface BatchResult extends Omit<LakeScan, 'days'> {
  /** The days computed, every patient's and those of all patients together (`*`), by patient and date. */
  rows: VersionRow[]
  /** Epoch ms. */
  computedAt: number
  /**
   * The newest `received_at` below the watermark, epoch ms. In a partition where the speed layer was behind when the
   * line was drawn, records received before it may lie above the line.
   */
  completeTo: number
  tookMs: number
}

/** The days and, for each date, that of all patients (`*`); by patient, then by date. */
export function withAllPatients(days: readonly LakeDay[]): VersionRow[] {
  const together = new Map<string, DaySums>()
  for (const { date, day } of days) {
    const sums = together.get(date) ?? emptyDay()
    mergeDays(sums, day)
    together.set(date, sums)
  }
  const ofAll = [...together].map(([date, day]) => ({ patientId: allPatients, date, day }))
  return [...ofAll, ...days].sort((a, b) => compare(a.patientId, b.patientId) || compare(a.date, b.date))
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** `1,000 records`, `1 record` */
export const inWords = (n: number, thing: string): string => `${n.toLocaleString('en')} ${thing}${n === 1 ? '' : 's'}`

/** What was computed, from how much, in how long, up to when. */
export function describeRun({ rows, records, newRecords, goesOn, missing, completeTo, tookMs }: BatchResult): string {
  const ofPatients = rows.filter(({ patientId }) => patientId !== allPatients)
  const patients = new Set(ofPatients.map(({ patientId }) => patientId)).size
  const days = inWords(rows.length - ofPatients.length, 'day')
  const all = inWords(records, 'record')
  const computed = goesOn
    ? `${days} anew for ${inWords(newRecords, 'new record')}, ${all} in all,`
    : `${inWords(patients, 'patient')} over ${days} from ${all}`
  const until = completeTo === 0 ? '' : `, complete to ${new Date(completeTo).toISOString()}`
  const gap =
    missing === 0
      ? ''
      : `. The lake lacks ${inWords(missing, 'record')}: the log had deleted them before they were archived, or a file was cut off`
  return `${computed} in ${(tookMs / 1000).toFixed(1)} s${until}${gap}`
}
