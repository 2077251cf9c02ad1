// A status as people see it: icon, word and colour together, and the mark of what is stale.
import type { PatientRow } from '@health/api'
import { words } from '../locales/words.ts'
import { type Tone, toneOf } from '../tone.ts'
import { StaleIcon, ToneIcon } from './icons.tsx'

type Classified = Pick<PatientRow, 'status' | 'reasons'>

/** The word of a status on its colour. A stale status keeps its word, so that a low is never hidden, and is marked. */
export function StatusChip({ status, reasons, stale = false }: Classified & { stale?: boolean }) {
  if (stale && status === 'NORMAL') return <StaleChip />
  return (
    <>
      <span class="chip" data-tone={toneOf({ status, reasons })}>
        <ToneIcon tone={toneOf({ status, reasons })} />
        {words.statuses[status]}
      </span>
      {stale && <StaleChip />}
    </>
  )
}

export const StaleChip = () => (
  <span class="chip" data-tone="stale">
    <StaleIcon />
    {words.stale}
  </span>
)

/** The mark at the head of a row. */
export const StatusMark = ({ tone, stale }: { tone: Tone; stale: boolean }) =>
  stale && tone === 'normal' ? <StaleIcon /> : <ToneIcon tone={tone} />

export const reasonsInWords = (reasons: PatientRow['reasons']): string =>
  reasons.map((reason) => words.reasons[reason]).join(', ')
