// The triage order of patients: by how grave their state is.
import { type Status, statuses } from './classify.ts'

/** 0 for the gravest: CRITICAL_LOW, CRITICAL_HIGH, WARNING, stale NORMAL, NORMAL. Equal for patients in the same state. */
export function gravity({ status, stale }: { status: Status; stale: boolean }): number {
  return statuses.indexOf(status) + (status === 'NORMAL' && !stale ? 1 : 0)
}
