// The current values of one patient, big enough for a dark room: number, unit, arrow, age and word together.
import type { PatientRow } from '@health/api'
import { formatDelta, formatGlucoseRate, formatTemperature } from '../format.ts'
import { words } from '../locales/words.ts'
import { isStale } from '../state/staleness.ts'
import { toneOf, trendOf } from '../tone.ts'
import { HeartIcon, TrendIcon } from './icons.tsx'
import { Age, type Judge, LatestNumber, Unit } from './measured.tsx'
import { reasonsInWords, StatusChip } from './status.tsx'

export const Vitals = ({ row, ...judge }: { row: PatientRow } & Judge) => (
  <div class="vitals" data-tone={row.stale && row.status === 'NORMAL' ? 'stale' : toneOf(row)}>
    <div class="vitals-status">
      <StatusChip {...row} />
      <span class="reasons">{reasonsInWords(row.reasons)}</span>
    </div>
    {row.latest.glucose_mgdl !== null && <Glucose row={row} {...judge} />}
    <div class="vitals-others">
      {row.latest.heart_rate_bpm !== null && <HeartRate row={row} {...judge} />}
      {row.latest.temperature_c !== null && <Temperature celsius={row.latest.temperature_c} row={row} {...judge} />}
    </div>
  </div>
)

function Glucose({ row: { latest }, ...judge }: { row: PatientRow } & Judge) {
  return (
    <div class="vital glucose">
      <span class="visually-hidden">{words.signals.glucose}</span>
      <LatestNumber signal="glucoseMgdl" latest={latest} {...judge} />
      <span class="beside">
        <span class="motion">
          <TrendArrow rate={latest.glucose_rate} />
          {latest.glucose_delta !== null && (
            <span class="delta" title={words.bedside.delta}>
              {formatDelta(latest.glucose_delta)}
            </span>
          )}
        </span>
        <Unit signal="glucoseMgdl" />
        <Age measuredAt={latest.glucose_measured_at} now={judge.now} />
      </span>
    </div>
  )
}

const HeartRate = ({ row: { latest }, ...judge }: { row: PatientRow } & Judge) => (
  <div class="vital">
    <span class="visually-hidden">{words.signals.heartRate}</span>
    <HeartIcon />
    <LatestNumber signal="heartRateBpm" latest={latest} {...judge} />
    <Unit signal="heartRateBpm" />
    <Age measuredAt={latest.heart_rate_measured_at} now={judge.now} />
  </div>
)

function Temperature({ celsius, row: { latest }, now, settings }: { celsius: number; row: PatientRow } & Judge) {
  const stale = isStale(latest.temperature_measured_at, now, settings.stale_seconds)
  return (
    <div class="vital">
      <span class="visually-hidden">{words.signals.temperature}</span>
      <span class="number" data-tone={stale ? 'stale' : undefined}>
        {formatTemperature(celsius)}
      </span>
      <span class="unit">{words.units.temperature}</span>
      <Age measuredAt={latest.temperature_measured_at} now={now} />
    </div>
  )
}

/** Where glucose is going; nothing where that is not known. */
export function TrendArrow({ rate }: { rate: number | null }) {
  const trend = trendOf(rate)
  if (rate === null || trend === null) return null
  const perMinute = words.bedside.rate(formatGlucoseRate(rate), words.units.glucose)
  return (
    <span class="trend-arrow" title={`${words.trends[trend]}, ${perMinute}`}>
      <TrendIcon trend={trend} />
      <span class="visually-hidden">{words.trends[trend]}</span>
    </span>
  )
}
