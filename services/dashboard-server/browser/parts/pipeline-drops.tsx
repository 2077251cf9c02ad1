// What was dropped, by reason, and on demand the dead letters behind the counts.
import type { PipelineRow } from '@health/api'
import type { DropReason } from '@health/domain'
import { useState } from 'preact/hooks'
import { formatCount } from '../format.ts'
import { words } from '../locales/words.ts'
import { DeadLetters } from './pipeline-dead-letters.tsx'

const says = words.lambda

export function PipelineDrops({ dropped, now }: { dropped: PipelineRow['speed_layer']['dropped']; now: number }) {
  const [open, setOpen] = useState(false)
  return (
    <div class="drops">
      <div class="drops-head">
        <Counts dropped={dropped} />
        <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? says.letters.close : says.letters.open}
        </button>
      </div>
      {open && <DeadLetters now={now} />}
    </div>
  )
}

function Counts({ dropped }: { dropped: PipelineRow['speed_layer']['dropped'] }) {
  const counts = Object.entries(dropped).filter(([, n]) => n > 0)
  const total = counts.reduce((sum, [, n]) => sum + n, 0)
  if (total === 0) return <p class="dropped">{says.noneDropped}</p>
  return (
    <p class="dropped">
      <b>
        {says.dropped} {formatCount(total)}
      </b>
      {counts
        .toSorted(([, a], [, b]) => b - a)
        .map(([reason, n]) => (
          <span key={reason}>
            {words.dropped[reason as DropReason]} {formatCount(n)}
          </span>
        ))}
    </p>
  )
}
