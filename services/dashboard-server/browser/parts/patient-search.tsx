// The search for a patient: by any part of the id.
import type { PatientRow as Row } from '@health/api'
import { words } from '../locales/words.ts'

export const PatientSearch = ({ query, onQuery }: { query: string; onQuery(query: string): void }) => (
  <input
    type="search"
    value={query}
    placeholder={words.patients.search}
    aria-label={words.patients.search}
    autocomplete="off"
    spellcheck={false}
    onInput={(event) => onQuery(event.currentTarget.value)}
  />
)

/** Those whose id holds `query`, whatever its letters' case. */
export function findPatients(ranking: readonly Row[], query: string): readonly Row[] {
  const wanted = query.trim().toLowerCase()
  return wanted === '' ? ranking : ranking.filter((row) => row.patient_id.toLowerCase().includes(wanted))
}
