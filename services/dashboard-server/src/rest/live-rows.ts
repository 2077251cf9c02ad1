// A patient's live window as served: single readings for up to ten minutes, beyond that a row a minute.
import type { LiveReading, MinuteRow, ReadingEvent, SpreadRow } from '@health/api'
import { type ClinicalRules, classify, maxFutureMs } from '@health/domain'
import {
  type RecentReading,
  readingWindowMs,
  readMinutes,
  readReadings,
  type Spread,
  type ViewStore,
} from '@health/views'

export interface LiveQuestion {
  patientId: string
  /** The partitions that hold something of the patient. */
  partitions: readonly number[]
  seconds: number
  /** Epoch ms. */
  now: number
}

/**
 * The rows of the `seconds` up to `now`, oldest first. A sensor's clock may be ahead, within what validation allows: its
 * readings are among them, or a browser that asks after a gap would never get them.
 */
export async function readLive(
  store: ViewStore,
  { patientId, partitions, seconds, now }: LiveQuestion,
  rules: ClinicalRules,
): Promise<LiveReading[] | MinuteRow[]> {
  const from = now - seconds * 1000
  const to = now + maxFutureMs
  if (seconds * 1000 <= readingWindowMs) {
    const readings = await readReadings(store, partitions, patientId, from, to)
    return readings.map((reading) => liveReading(reading, rules))
  }
  const minutes = await readMinutes(store, partitions, patientId, from, to)
  return minutes.map(([measuredAt, { glucoseMgdl, heartRateBpm }]) => ({
    measured_at: timeText(measuredAt),
    glucose_mgdl: spreadRow(glucoseMgdl),
    heart_rate_bpm: spreadRow(heartRateBpm),
  }))
}

function liveReading(reading: RecentReading, rules: ClinicalRules): LiveReading {
  return {
    measured_at: timeText(reading.measuredAt),
    received_at: timeText(reading.receivedAt),
    glucose_mgdl: reading.glucoseMgdl,
    heart_rate_bpm: reading.heartRateBpm,
    temperature_c: reading.temperatureC,
    status: classify(reading, rules).status,
  }
}

/** The same reading as it is told when it happens. */
export function readingEvent(patientId: string, reading: RecentReading, rules: ClinicalRules): ReadingEvent {
  const { measured_at, received_at, status, ...values } = liveReading(reading, rules)
  return { patient_id: patientId, measured_at, received_at, values, status }
}

const spreadRow = (spread: Spread | null): SpreadRow | null =>
  spread && { min: spread.min, avg: spread.sum / spread.count, max: spread.max, count: spread.count }

const timeText = (ms: number): string => new Date(ms).toISOString()
