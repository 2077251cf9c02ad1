// Low glucose with a fast pulse: two signals that together say more than each alone.
import type { PatientRow, Snapshot } from '@health/api'
import { levelOf } from '@health/domain'
import { isStale } from './staleness.ts'

/** Both values, when the newest glucose is low, the newest heart rate high, by the rules in force, and neither is stale. */
export function lowWithFastPulse(
  { latest }: PatientRow,
  { rules, stale_seconds }: Pick<Snapshot['settings'], 'rules' | 'stale_seconds'>,
  now: number,
): { glucoseMgdl: number; heartRateBpm: number } | null {
  const { glucose_mgdl: glucoseMgdl, heart_rate_bpm: heartRateBpm } = latest
  if (glucoseMgdl === null || heartRateBpm === null) return null
  if (!levelOf(glucoseMgdl, rules.glucoseMgdl).endsWith('low')) return null
  if (!levelOf(heartRateBpm, rules.heartRateBpm).endsWith('high')) return null
  const isOld = (measuredAt: string | null) => isStale(measuredAt, now, stale_seconds)
  if (isOld(latest.glucose_measured_at) || isOld(latest.heart_rate_measured_at)) return null
  return { glucoseMgdl, heartRateBpm }
}
