// Puts together what the portions of a scan came to: one entry a patient, sensor and day, and which to do once more.
import { type DaySums, mergeDays } from '@health/domain'
import { dayKey } from './fold-portion.ts'
import type { FoldedDay } from './fold-rows.ts'

export interface LakeDay {
  patientId: string
  /** `2026-11-24`, of the time zone asked for. */
  date: string
  day: DaySums
}

/** A sensor's day that must be computed once more, from all of its portions together. */
export interface UnsettledDay {
  /** As `dayKey` names it. */
  key: string
  /** In rising order. */
  portions: readonly number[]
  /** How many readings may be remembered for it. */
  readings: number
}

interface Entry {
  patientId: string
  date: string
  sums: DaySums
  /** Which portions hold some of it, and where their valid readings lie in time. */
  pieces: { portion: number; first: number; last: number }[]
  isUnsettled: boolean
}

/** The days of a scan. */
export function createScanDays() {
  const entries = new Map<string, Entry>()

  return {
    /** Adds what a portion came to. Portions come in rising order. */
    add(portion: number, days: readonly FoldedDay[]): void {
      for (const { patientId, sensorId, date, sums, first, last } of days) {
        const key = dayKey(patientId, sensorId, date)
        const entry = entries.get(key)
        if (entry === undefined) {
          entries.set(key, { patientId, date, sums, pieces: [{ portion, first, last }], isUnsettled: false })
          continue
        }
        mergeDays(entry.sums, sums)
        // A reading comes twice only if both are of one time: portions apart in time share none.
        if (entry.pieces.some((piece) => piece.first <= last && first <= piece.last)) entry.isUnsettled = true
        entry.pieces.push({ portion, first, last })
      }
    },

    /** The days with readings that may be in another portion again. */
    unsettled(): UnsettledDay[] {
      return [...entries].flatMap(([key, { isUnsettled, pieces, sums }]) =>
        isUnsettled ? [{ key, portions: pieces.map(({ portion }) => portion), readings: sums.validRecords }] : [],
      )
    },

    /** Puts days computed anew in place of unsettled ones. */
    replace(days: readonly FoldedDay[]): void {
      for (const { patientId, sensorId, date, sums } of days) {
        const entry = entries.get(dayKey(patientId, sensorId, date))
        if (entry !== undefined) entry.sums = sums
      }
    },

    /** Every patient's days. */
    all(): LakeDay[] {
      const days = new Map<string, LakeDay>()
      for (const { patientId, date, sums } of entries.values()) {
        const key = `${patientId}|${date}`
        const standing = days.get(key)
        if (standing === undefined) days.set(key, { patientId, date, day: sums })
        else mergeDays(standing.day, sums)
      }
      return [...days.values()]
    },
  }
}
