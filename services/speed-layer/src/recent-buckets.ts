// A patient's live window as buckets of the views' hash: ten-second buckets of readings, minutes with their spread.
import type { SignalValues } from '@health/domain'
import {
  encodeMinute,
  type MinuteSpread,
  minuteBucketMs,
  minuteField,
  minuteWindowMs,
  readingBucketMs,
  readingField,
  readingWindowMs,
} from '@health/views'

/** The buckets that are known here, and which of them were changed since they were stored. */
export interface RecentBuckets {
  /** Time of the patient's newest reading: where both windows end; −∞ before the first. */
  newest: number
  /** `newest` when the buckets were last stored: what has left the windows since is removed from the views. */
  storedNewest: number
  /** The encoded readings of each bucket, separated by commas. */
  readings: Map<number, string>
  minutes: Map<number, MinuteSpread>
  changedReadings: Set<number>
  changedMinutes: Set<number>
  /**
   * The reading buckets that the views hold, as far as they are known: those stored since the patient was loaded. Of
   * buckets up to `unknownUntil` it is not known, and with rare readings most are not there.
   */
  storedReadings: Set<number>
  unknownUntil: number
}

export const createBuckets = (newest: number): RecentBuckets => ({
  newest,
  storedNewest: newest,
  readings: new Map(),
  minutes: new Map(),
  changedReadings: new Set(),
  changedMinutes: new Set(),
  storedReadings: new Set(),
  unknownUntil: readingBucket(newest),
})

export const readingBucket = (ms: number): number => Math.floor(ms / readingBucketMs)
export const minuteBucket = (ms: number): number => Math.floor(ms / minuteBucketMs)

const firstReadingBucket = (newest: number): number => readingBucket(newest - readingWindowMs)
const firstMinuteBucket = (newest: number): number => minuteBucket(newest - minuteWindowMs)

/** The fields that must be read before a reading measured then can be put into its buckets. */
export function missingFields(buckets: RecentBuckets, measuredAt: number): string[] {
  const { newest } = buckets
  const reading = readingBucket(measuredAt)
  const minute = minuteBucket(measuredAt)
  const missing: string[] = []
  // A bucket later than the newest reading is empty.
  if (reading <= readingBucket(newest) && reading >= firstReadingBucket(newest) && !buckets.readings.has(reading)) {
    missing.push(readingField(reading))
  }
  if (minute <= minuteBucket(newest) && minute >= firstMinuteBucket(newest) && !buckets.minutes.has(minute)) {
    missing.push(minuteField(minute))
  }
  return missing
}

/** Puts a reading and its encoded form into its buckets, unless it is older than the windows that end with the newest reading. */
export function addToBuckets(
  buckets: RecentBuckets,
  reading: SignalValues & { measuredAt: number },
  encoded: string,
): void {
  buckets.newest = Math.max(buckets.newest, reading.measuredAt)
  const bucket = readingBucket(reading.measuredAt)
  if (bucket >= firstReadingBucket(buckets.newest)) {
    const before = buckets.readings.get(bucket)
    buckets.readings.set(bucket, before === undefined ? encoded : `${before},${encoded}`)
    buckets.changedReadings.add(bucket)
  }
  const minute = minuteBucket(reading.measuredAt)
  if (minute >= firstMinuteBucket(buckets.newest)) {
    const spread = buckets.minutes.get(minute) ?? { glucoseMgdl: null, heartRateBpm: null }
    spread.glucoseMgdl = widen(spread.glucoseMgdl, reading.glucoseMgdl)
    spread.heartRateBpm = widen(spread.heartRateBpm, reading.heartRateBpm)
    buckets.minutes.set(minute, spread)
    buckets.changedMinutes.add(minute)
  }
}

function widen(spread: MinuteSpread['glucoseMgdl'], value: number | null): MinuteSpread['glucoseMgdl'] {
  if (value === null) return spread
  if (spread === null) return { count: 1, sum: value, min: value, max: value }
  return {
    count: spread.count + 1,
    sum: spread.sum + value,
    min: Math.min(spread.min, value),
    max: Math.max(spread.max, value),
  }
}

/** The fields to write: buckets that were changed and are still inside their window. */
export function changedFields(buckets: RecentBuckets): Record<string, string> {
  const fields: Record<string, string> = {}
  for (const bucket of buckets.changedReadings) {
    const readings = buckets.readings.get(bucket)
    if (readings !== undefined && bucket >= firstReadingBucket(buckets.newest))
      fields[readingField(bucket)] = `[${readings}]`
  }
  for (const minute of buckets.changedMinutes) {
    const spread = buckets.minutes.get(minute)
    if (spread && minute >= firstMinuteBucket(buckets.newest)) fields[minuteField(minute)] = encodeMinute(spread)
  }
  return fields
}

/** The fields to remove: buckets that have left their window since the last time. */
export function expiredFields({ newest, storedNewest, storedReadings, unknownUntil }: RecentBuckets): string[] {
  if (newest === storedNewest || storedNewest === Number.NEGATIVE_INFINITY) return []
  const fields: string[] = []
  const firstReading = firstReadingBucket(newest)
  for (const b of storedReadings) if (b < firstReading) fields.push(readingField(b))
  for (let b = firstReadingBucket(storedNewest); b < firstReading && b <= unknownUntil; b++)
    fields.push(readingField(b))
  const lastMinute = Math.min(firstMinuteBucket(newest) - 1, minuteBucket(storedNewest))
  for (let m = firstMinuteBucket(storedNewest); m <= lastMinute; m++) fields.push(minuteField(m))
  return fields
}

/** To be called when changes are stored: keeps only the newest buckets, which the next readings fall into. */
export function bucketsStored(buckets: RecentBuckets): void {
  const { newest, storedReadings, unknownUntil } = buckets
  const first = firstReadingBucket(newest)
  for (const bucket of buckets.changedReadings) if (bucket > unknownUntil) storedReadings.add(bucket)
  for (const bucket of storedReadings) if (bucket < first) storedReadings.delete(bucket)
  buckets.storedNewest = newest
  buckets.changedReadings.clear()
  buckets.changedMinutes.clear()
  keepOnly(buckets.readings, readingBucket(newest))
  keepOnly(buckets.minutes, minuteBucket(newest))
}

function keepOnly<T>(buckets: Map<number, T>, newest: number): void {
  if (buckets.size === 1 && buckets.has(newest)) return
  const kept = buckets.get(newest)
  buckets.clear()
  if (kept !== undefined) buckets.set(newest, kept)
}
