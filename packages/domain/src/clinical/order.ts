// The order of patients: who needs looking at first. The server and the page sort by this one rule.

import type { PatientRow } from '../wire.ts'
import { statuses } from './classify.ts'

/**
 * Gravest first: CRITICAL_LOW, CRITICAL_HIGH, WARNING, stale NORMAL, NORMAL; then the longer in that state first, then
 * by id, so that the order is total. For `Array.sort`.
 */
export function comparePatients(a: Ranked, b: Ranked): number {
  return gravity(a) - gravity(b) || compareText(a.since, b.since) || compareText(a.patient_id, b.patient_id)
}

/** What the order of patients is judged by. `since` is RFC 3339 UTC, whose text sorts as its time does. */
export type Ranked = Pick<PatientRow, 'patient_id' | 'status' | 'stale' | 'since'>

/** 0 for the gravest; equal for patients who stand in the same state. */
export function gravity({ status, stale }: Pick<Ranked, 'status' | 'stale'>): number {
  return statuses.indexOf(status) + (status === 'NORMAL' && !stale ? 1 : 0)
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
