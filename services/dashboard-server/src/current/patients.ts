// The patients in memory: read once, then changed by what the views tell, so that serving a thousand asks the views nothing.
import { comparePatients, type PatientRow } from '@health/api'
import type { PatientState } from '@health/views'
import { patientRow, type RowRules } from './patient-row.ts'

export interface Patients {
  /** Takes what was read, by partition, in place of everything known. */
  replace(byPartition: readonly Map<string, PatientState>[]): void
  apply(partition: number, changed: Readonly<Record<string, PatientState>>): void
  /** The patients' rows at `now` (epoch ms), gravest first. */
  rows(now: number): PatientRow[]
  /** The rows of those patients that are known. */
  rowsOf(patientIds: Iterable<string>, now: number): PatientRow[]
  ids(): Iterable<string>
  /** The partitions that hold something of the patient; empty for an unknown one. */
  partitionsOf(patientId: string): number[]
}

export function createPatients(rules: RowRules): Patients {
  const patients = new Map<string, Map<number, PatientState>>()
  const put = (partition: number, patientId: string, state: PatientState) => {
    const states = patients.get(patientId)
    if (states === undefined) patients.set(patientId, new Map([[partition, state]]))
    else states.set(partition, state)
  }
  const rowsOf = (patientIds: Iterable<string>, now: number): PatientRow[] => {
    const rows: PatientRow[] = []
    for (const patientId of patientIds) {
      const states = patients.get(patientId)
      if (states !== undefined) rows.push(patientRow(patientId, [...states.values()], rules, now))
    }
    return rows
  }
  return {
    replace(byPartition) {
      patients.clear()
      for (const [partition, states] of byPartition.entries()) {
        for (const [patientId, state] of states) put(partition, patientId, state)
      }
    },
    apply(partition, changed) {
      for (const [patientId, state] of Object.entries(changed)) put(partition, patientId, state)
    },
    rows: (now) => rowsOf(patients.keys(), now).sort(comparePatients),
    rowsOf,
    ids: () => patients.keys(),
    partitionsOf: (patientId) => [...(patients.get(patientId)?.keys() ?? [])],
  }
}
