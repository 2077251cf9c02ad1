// Puts together what the portions of a scan came to: one entry a patient, sensor and day, and which to do once more.
import { createDayOf, type DaySums, emptyDay, mergeDays } from '@health/domain'
import type { DaysQuery } from './sql-days.ts'

/** A row of `daysQuery`; counts are numbers. */
export type DayRow = { patient_id: string | null; sensor_id: string | null } & Record<Figure, number | null>

type SignalFigure = `${'glucose' | 'heart_rate'}_${'count' | 'sum' | 'squares' | 'min' | 'max'}`
type GlucoseLimit = 'below_very_low' | 'below_low' | 'up_to_tight_high' | 'up_to_high' | 'up_to_very_high'
type Figure =
  | 'day'
  | 'odd_second'
  | 'records'
  | 'plausible'
  | 'valid'
  | 'identities'
  | 'first_ms'
  | 'last_ms'
  | SignalFigure
  | GlucoseLimit
  | 'low_risk'
  | 'high_risk'

export interface LakeDay {
  patientId: string
  /** `2026-11-24`, of the time zone asked for. */
  date: string
  day: DaySums
}

/** A sensor's day that must be computed once more, by identities, from all of its portions together. */
export interface UnsettledDay {
  patientId: string
  sensorId: string | null
  day: number
  portions: readonly number[]
}

interface Entry {
  patientId: string
  sensorId: string | null
  date: string
  /** As in the row. */
  day: number | null
  sums: DaySums
  /** Where the plausible readings of the portions lie in time. */
  spans: { first: number; last: number }[]
  portions: number[]
  isUnsettled: boolean
}

const dayMs = 86_400_000

/** The days of a scan. */
export function createScanDays(timeZone: string) {
  const dayOf = createDayOf(timeZone)
  const entries = new Map<string, Entry>()

  function entryOf(row: DayRow): Entry | null {
    const { patient_id: patientId, sensor_id: sensorId, day } = row
    const date = dateOfRow(row, dayOf)
    if (patientId === null || date === null) return null
    // Odd times stay by themselves: a day that is done again is done without them.
    const key = `${patientId}|${sensorId ?? ''}|${day ?? `odd ${date}`}`
    const entry = entries.get(key) ?? {
      patientId,
      sensorId,
      date,
      day,
      sums: emptyDay(),
      spans: [],
      portions: [],
      isUnsettled: false,
    }
    entries.set(key, entry)
    return entry
  }

  return {
    /**
     * Adds a portion's rows and returns their dates. Those computed by records are wrong where a reading is repeated:
     * they are done again.
     */
    add(portion: number, rows: readonly DayRow[], by: DaysQuery['by']): Set<string> {
      const dates = new Set<string>()
      for (const row of rows) {
        const entry = entryOf(row)
        if (entry === null) continue
        dates.add(entry.date)
        mergeDays(entry.sums, daySums(row))
        entry.portions.push(portion)
        if (by === 'records' && hasRepeats(row)) entry.isUnsettled = true
        const { first_ms: first, last_ms: last } = row
        if (first === null || last === null) continue
        // A reading comes twice only if both are of one time: portions apart in time share none.
        if (entry.spans.some((span) => span.first <= last && first <= span.last)) entry.isUnsettled = true
        entry.spans.push({ first, last })
      }
      return dates
    },

    /** The days with readings that are repeated, or may be in another portion. */
    unsettled(): UnsettledDay[] {
      return [...entries.values()].flatMap(({ isUnsettled, patientId, sensorId, day, portions }) =>
        isUnsettled && day !== null ? [{ patientId, sensorId, day, portions }] : [],
      )
    },

    /** Puts rows computed anew in place of unsettled days. */
    replace(rows: readonly DayRow[]): void {
      for (const row of rows) {
        const entry = entryOf(row)
        if (entry !== null) entry.sums = daySums(row)
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

/** The date of a row of `daysQuery` or `touchedQuery`; `null` where no time could be read. */
export function dateOfRow(
  { day, odd_second: second }: Pick<DayRow, 'day' | 'odd_second'>,
  dayOf: (ms: number) => string,
): string | null {
  if (day !== null) return isoDate(day)
  return second === null ? null : dayOf(second * 1000)
}

/** Whether some identity came more than once. */
export const hasRepeats = ({ plausible, identities }: DayRow): boolean => (plausible ?? 0) > (identities ?? 0)

const isoDate = (day: number): string => new Date(day * dayMs).toISOString().slice(0, 10)

function daySums(row: DayRow): DaySums {
  const of = (figure: Figure): number => row[figure] ?? 0
  const signal = (name: 'glucose' | 'heart_rate') => ({
    count: of(`${name}_count`),
    sum: of(`${name}_sum`),
    sumOfSquares: of(`${name}_squares`),
    min: row[`${name}_min`],
    max: row[`${name}_max`],
  })
  const glucose = signal('glucose')
  return {
    glucoseMgdl: {
      ...glucose,
      ranges: [
        of('below_very_low'),
        of('below_low') - of('below_very_low'),
        of('up_to_high') - of('below_low'),
        of('up_to_very_high') - of('up_to_high'),
        glucose.count - of('up_to_very_high'),
      ],
      inTightRange: of('up_to_tight_high') - of('below_low'),
      lowRisk: of('low_risk'),
      highRisk: of('high_risk'),
    },
    heartRateBpm: signal('heart_rate'),
    validRecords: of('valid'),
    invalidRecords: of('records') - of('plausible'),
    duplicateRecords: of('plausible') - of('valid'),
    provisional: false,
  }
}
