// One row of the patient list: who, what is the matter, and the number with its arrow and age.
import type { PatientRow as Row } from '@health/api'
import { words } from '../locales/words.ts'
import { toneOf } from '../tone.ts'
import { HeartIcon } from './icons.tsx'
import { Age, type Judge, LatestNumber } from './measured.tsx'
import { memo } from './memo.tsx'
import { reasonsInWords, StatusMark } from './status.tsx'
import { TrendArrow } from './vitals.tsx'

export const rowHeight = 58

interface Props extends Judge {
  row: Row
  /** Its place in the list, from 0, and how long the list is. */
  place: number
  count: number
  chosen: boolean
  /** Where the keyboard stands. */
  active: boolean
}

export const PatientRow = memo(({ row, place, count, chosen, active, ...judge }: Props) => {
  const tone = toneOf(row)
  return (
    <div
      role="option"
      id={rowId(row.patient_id)}
      class={`row ${chosen ? 'chosen' : ''} ${active ? 'active' : ''}`}
      data-tone={row.stale && tone === 'normal' ? 'stale' : tone}
      aria-selected={chosen}
      aria-posinset={place + 1}
      aria-setsize={count}
      tabIndex={-1}
      style={{ transform: `translateY(${place * rowHeight}px)`, height: `${rowHeight}px` }}
      data-patient={row.patient_id}
    >
      <StatusMark tone={tone} stale={row.stale} />
      <span class="row-who">{row.patient_id}</span>
      <span class="row-what">
        <b>{statusWords(row)}</b> {reasonsInWords(row.reasons)}
      </span>
      <Headline row={row} {...judge} />
    </div>
  )
})

export const rowId = (patientId: string): string => `row-${patientId}`

const statusWords = ({ status, stale }: Row): string => {
  if (!stale) return words.statuses[status]
  return status === 'NORMAL' ? words.stale : `${words.statuses[status]} · ${words.stale}`
}

function Headline({ row: { latest }, ...judge }: { row: Row } & Judge) {
  if (latest.glucose_mgdl === null) {
    return (
      <>
        <span class="row-number">
          <HeartIcon />
          <LatestNumber signal="heartRateBpm" latest={latest} {...judge} />
        </span>
        <span class="row-age">
          <Age measuredAt={latest.heart_rate_measured_at} now={judge.now} inWords={words.age.bare} />
        </span>
      </>
    )
  }
  return (
    <>
      <span class="row-number">
        <LatestNumber signal="glucoseMgdl" latest={latest} {...judge} />
        <TrendArrow rate={latest.glucose_rate} />
      </span>
      <span class="row-age">
        <HeartIcon />
        <LatestNumber signal="heartRateBpm" latest={latest} {...judge} />
        <Age measuredAt={latest.glucose_measured_at} now={judge.now} inWords={words.age.bare} />
      </span>
    </>
  )
}
