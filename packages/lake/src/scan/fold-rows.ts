// Folds rows of the lake into days, judged as the speed layer judges records, but with every duplicate among them found.
import {
  addReading,
  createDaySpanOf,
  type DaySpan,
  type DaySums,
  emptyDay,
  isPlausible,
  signalBits,
  timeliness,
} from '@health/domain'
import type { ScannedRow } from './row-scanner.ts'

/** What rows came to, of one patient's sensor and day. */
export interface FoldedDay {
  patientId: string
  sensorId: string | null
  /** `2026-11-24`, in the time zone asked for. */
  date: string
  sums: DaySums
  /** Between which times the valid readings lie, epoch ms; from +∞ to -∞ where there are none. */
  first: number
  last: number
}

/** A patient's sensor. Made by the fold, for the scanner to give back with each row. */
export interface Source {
  patientId: string
  sensorId: string | null
  days: Map<string, OpenDay>
  /** The day of the row before, as far as its span reaches. */
  day: OpenDay | null
  from: number
  to: number
}

interface OpenDay extends FoldedDay {
  /** Signals seen at each time, as bits: those in order of time as `8 * time + bits`, and those that came after a later one. */
  inOrder: number[]
  late: Map<number, number> | null
}

const timeFactor = 8

/** Which days are wanted. */
type WantedDays = (patientId: string, sensorId: string | null, date: string) => boolean

/** Rows are to be added in the order of the log, partition by partition. */
export function createRowFold(timeZone: string, isWanted: WantedDays) {
  const spanOf = createDaySpanOf(timeZone)
  const days: OpenDay[] = []
  const values: { glucoseMgdl: number | null; heartRateBpm: number | null } = { glucoseMgdl: null, heartRateBpm: null }

  /** `null` where it is not wanted. */
  function enterDay(source: Source, span: DaySpan): OpenDay | null {
    const { patientId, sensorId } = source
    source.from = span.from
    source.to = span.to
    source.day = source.days.get(span.date) ?? null
    if (source.day !== null || !isWanted(patientId, sensorId, span.date)) return source.day
    source.day = {
      patientId,
      sensorId,
      date: span.date,
      sums: emptyDay(),
      first: Number.POSITIVE_INFINITY,
      last: Number.NEGATIVE_INFINITY,
      inOrder: [],
      late: null,
    }
    source.days.set(span.date, source.day)
    days.push(source.day)
    return source.day
  }

  return {
    sourceOf: (patientId: string, sensorId: string | null): Source => ({
      patientId,
      sensorId,
      days: new Map(),
      day: null,
      from: Number.NaN,
      to: Number.NaN,
    }),

    add(row: ScannedRow<Source>): void {
      const { source, measuredAt } = row
      if (source === null || Number.isNaN(measuredAt)) return
      const isSameDay = measuredAt >= source.from && measuredAt < source.to
      const day = isSameDay ? source.day : enterDay(source, spanOf(measuredAt))
      if (day === null) return
      const valid = validSignals(row)
      if (valid === 0) {
        day.sums.invalidRecords++
        return
      }
      const fresh = takeNote(day, measuredAt, valid)
      if (fresh === 0) {
        day.sums.duplicateRecords++
        return
      }
      values.glucoseMgdl = (fresh & signalBits.glucoseMgdl) === 0 ? null : row.glucoseMgdl
      values.heartRateBpm = (fresh & signalBits.heartRateBpm) === 0 ? null : row.heartRateBpm
      addReading(day.sums, values)
    },

    days: (): FoldedDay[] =>
      days.map(({ patientId, sensorId, date, sums, first, last }) => ({
        patientId,
        sensorId,
        date,
        sums,
        first,
        last,
      })),
  }
}

/** The plausible signals of a timely row, as bits. */
function validSignals({
  measuredAt,
  receivedAt,
  glucoseMgdl,
  heartRateBpm,
  temperatureC,
}: ScannedRow<unknown>): number {
  if (timeliness(measuredAt, receivedAt) !== null) return 0
  let valid = 0
  if (glucoseMgdl !== null && isPlausible('glucoseMgdl', glucoseMgdl)) valid |= signalBits.glucoseMgdl
  if (heartRateBpm !== null && isPlausible('heartRateBpm', heartRateBpm)) valid |= signalBits.heartRateBpm
  if (temperatureC !== null && isPlausible('temperatureC', temperatureC)) valid |= signalBits.temperatureC
  return valid
}

/** Returns which of the signals (bits) were not seen at that time before. */
function takeNote(day: OpenDay, time: number, signals: number): number {
  if (time > day.last) {
    if (day.inOrder.length === 0) day.first = time
    day.last = time
    day.inOrder.push(timeFactor * time + signals)
    return signals
  }
  const at = indexOfTime(day.inOrder, time)
  if (at !== null) {
    const seen = day.inOrder[at] as number
    const known = seen % timeFactor
    day.inOrder[at] = seen - known + (known | signals)
    return signals & ~known
  }
  day.first = Math.min(day.first, time)
  day.late ??= new Map()
  const known = day.late.get(time) ?? 0
  day.late.set(time, known | signals)
  return signals & ~known
}

function indexOfTime(inOrder: readonly number[], time: number): number | null {
  let low = 0
  let high = inOrder.length - 1
  const wanted = timeFactor * time
  while (low <= high) {
    const middle = (low + high) >>> 1
    const there = inOrder[middle] as number
    if (there < wanted) low = middle + 1
    else if (there < wanted + timeFactor) return middle
    else high = middle - 1
  }
  return null
}
