// The alerts in memory: those that are open, and the ones that were cleared last; newest change first.
import { type AlertRow, alertRow } from '@health/api'
import type { AlertSnapshot, AlertState } from '@health/domain'
import { openAlerts, type PatientState } from '@health/views'

export interface Alerts {
  /** Takes what was read in place of everything known: the patients' states, by partition, and cleared alerts. */
  replace(byPartition: readonly ReadonlyMap<string, PatientState>[], cleared: readonly AlertSnapshot[]): void
  /**
   * Takes what a batch has changed: alerts as they were after each change, and the states of patients, whose open alerts
   * are the newest. Returns the rows of which something is new.
   */
  apply(changed: readonly AlertSnapshot[], patients: Readonly<Record<string, PatientState>>): AlertRow[]
  /** Of one state, or all of them. */
  rows(state?: AlertState | null): AlertRow[]
  find(id: string): AlertRow | undefined
}

/** So many cleared ones are kept; of the open ones all. */
export const keptCleared = 100

export function createAlerts(): Alerts {
  const open = new Map<string, AlertRow>()
  const cleared = new Map<string, AlertRow>()
  const put = (row: AlertRow) => {
    const known = open.get(row.id) ?? cleared.get(row.id)
    // What was told while the views were read may be older than what was read.
    if (known !== undefined && known.revision > row.revision) return
    open.delete(row.id)
    if (row.state !== 'cleared') return void open.set(row.id, row)
    cleared.set(row.id, row)
    for (const id of cleared.keys()) {
      if (cleared.size <= keptCleared) break
      cleared.delete(id)
    }
  }
  return {
    replace(byPartition, rows) {
      open.clear()
      cleared.clear()
      for (const row of rows.map(alertRow).sort(newestFirst).slice(0, keptCleared).reverse()) put(row)
      for (const states of byPartition)
        for (const row of [...states.values()].flatMap(openAlerts).map(alertRow)) put(row)
    },
    apply(changed, patients) {
      const told = new Map<string, AlertRow>()
      for (const row of [...changed, ...Object.values(patients).flatMap(openAlerts)].map(alertRow)) {
        const known = open.get(row.id)
        if (known?.revision === row.revision && known.worst === row.worst) continue
        put(row)
        told.set(row.id, row)
      }
      return [...told.values()]
    },
    rows: (state = null) =>
      [...open.values(), ...cleared.values()].filter((row) => state === null || row.state === state).sort(newestFirst),
    find: (id) => open.get(id) ?? cleared.get(id),
  }
}

const newestFirst = (a: AlertRow, b: AlertRow): number => (lastChange(a) < lastChange(b) ? 1 : -1)
const lastChange = ({ changes }: AlertRow): string => changes.at(-1)?.at ?? ''
