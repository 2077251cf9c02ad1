// One measured value: the number in its own tone, its unit, its age; grey and hatched once it is older than its interval.
import type { PatientRow, Snapshot } from '@health/api'
import type { ClassifiedSignal } from '@health/domain'
import { formatAge, formatTime, formatValue } from '../format.ts'
import { words } from '../locales/words.ts'
import { isStale } from '../state/staleness.ts'
import { toneOfValue } from '../tone.ts'

/** What every value is judged by: the page's moment, and the server's settings. */
export interface Judge {
  now: number
  settings: Snapshot['settings']
}

export interface MeasuredProps extends Judge {
  signal: ClassifiedSignal
  value: number | null
  measuredAt: string | null
}

const units = { glucoseMgdl: words.units.glucose, heartRateBpm: words.units.heartRate } as const

export const MeasuredNumber = ({ signal, value, measuredAt, now, settings }: MeasuredProps) => {
  if (value === null) return <span class="number none">–</span>
  const stale = isStale(measuredAt, now, settings.stale_seconds)
  return (
    <span class="number" data-tone={stale ? 'stale' : toneOfValue(signal, value, settings.rules)}>
      {formatValue(signal, value, settings.rules)}
    </span>
  )
}

/** The newest value of a patient's signal. */
export const LatestNumber = ({
  signal,
  latest,
  ...judge
}: { signal: ClassifiedSignal; latest: PatientRow['latest'] } & Judge) =>
  signal === 'glucoseMgdl' ? (
    <MeasuredNumber signal={signal} value={latest.glucose_mgdl} measuredAt={latest.glucose_measured_at} {...judge} />
  ) : (
    <MeasuredNumber
      signal={signal}
      value={latest.heart_rate_bpm}
      measuredAt={latest.heart_rate_measured_at}
      {...judge}
    />
  )

export const Unit = ({ signal }: { signal: ClassifiedSignal }) => <span class="unit">{units[signal]}</span>

interface AgeProps {
  measuredAt: string | null
  now: number
  /** What is written around the age. */
  inWords?: (age: string) => string
}

export const Age = ({ measuredAt, now, inWords = words.age.ago }: AgeProps) => {
  if (measuredAt === null) return null
  const ms = Date.parse(measuredAt)
  return (
    <time class="age" dateTime={measuredAt} title={words.age.title(formatTime(ms, now))}>
      {inWords(formatAge(now - ms))}
    </time>
  )
}
