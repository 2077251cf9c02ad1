// The serving layer's reads: batch view and real-time views merged into the rows that people see.
import { type AlertSnapshot, type DaySums, emptyDay, mergeDays, snapshotAlert } from '@health/domain'
import { type BatchView, decodeBatchView, readBatchView, type VersionRow } from '../batch/batch-view.ts'
import { sortDays } from '../batch/counting-days.ts'
import { decodeClearedAlert } from '../cleared-alert.ts'
import { decodeDay, decodeMinute, decodePatient, decodeReadings } from '../codec.ts'
import { batchKey, clearedAlertsKey, daysKey, minutesKey, partitionKey, patientsKey, readingsKey } from '../keys.ts'
import { decodePartition, fieldsOf, itemsOf } from '../partition-state.ts'
import type { MinuteSpread, PatientState, RecentReading } from '../realtime/values.ts'
import type { Operation, ViewStore } from '../store/store.ts'

/** How long single readings are kept, and minutes. */
export const readingWindowMs = 10 * 60_000
/** Single readings are kept, and removed, by blocks of this length. */
export const readingBlockMs = 2 * 60_000
export const minuteWindowMs = 24 * 3_600_000

export const minuteMs = 60_000
export const minuteField = (minute: number): string => `m${minute}`
export const minuteOfField = (field: string): number => Number(field.slice(1))

/** A day as served; `batch` says what the batch view covers (epoch ms), null before the first run. */
export interface ServedDay {
  date: string
  sums: DaySums
  batch: { computedAt: number; completeTo: number } | null
}

/**
 * A patient's days, oldest first, or those of all patients (`*`): the batch view plus the speed layer's slots beyond
 * it, read in one step, so that every record counts exactly once at every moment.
 */
export async function readDays(store: ViewStore, patientId: string, partitions: number): Promise<ServedDay[]> {
  const reads: Operation[] = [
    { op: 'getAll', key: daysKey(patientId) },
    { op: 'getAll', key: batchKey },
  ]
  for (let partition = 0; partition < partitions; partition++)
    reads.push({ op: 'getAll', key: partitionKey(partition) })
  const [days = {}, batchFields = {}, ...states] = ((await store.step([], reads)) ?? []).map(fieldsOf)
  const view = decodeBatchView(batchFields)
  const batch = view.version === 0 ? null : { computedAt: view.computedAt, completeTo: view.completeTo }
  const merged = new Map<string, DaySums>()
  for (const field of sortDays(Object.keys(days), view, states.map(decodePartition)).counting) {
    const date = field.slice(field.lastIndexOf('|') + 1)
    const day = merged.get(date) ?? emptyDay()
    mergeDays(day, decodeDay(days[field] ?? ''))
    merged.set(date, day)
  }
  return [...merged].sort(([a], [b]) => (a < b ? -1 : 1)).map(([date, sums]) => ({ date, sums, batch }))
}

/**
 * The batch view alone: its rows between two dates, both included, by patient and date; read again from the start when
 * another one is published meanwhile. `version` is 0 where there is none.
 */
export async function readBatchRows(
  store: ViewStore,
  { from, to }: { from: string; to: string },
): Promise<{ view: BatchView; rows: VersionRow[] }> {
  const view = await readBatchView(store)
  const rows: VersionRow[] = []
  for (const key of (await store.keys(daysKey(''))).sort()) {
    const reads: Operation[] = [
      { op: 'getAll', key },
      { op: 'getAll', key: batchKey },
    ]
    const [days = {}, batch = {}] = ((await store.step([], reads)) ?? []).map(fieldsOf)
    // A run was published meanwhile: its rows would mix with the ones read.
    const now = decodeBatchView(batch)
    if (now.version !== view.version || now.computedAt !== view.computedAt) return readBatchRows(store, { from, to })
    const patientId = key.slice(daysKey('').length)
    const ofPatient = sortDays(Object.keys(days), view, []).counting.map((field) => ({
      patientId,
      date: field.slice(field.lastIndexOf('|') + 1),
      day: decodeDay(days[field] ?? ''),
    }))
    const wanted = ofPatient.filter(({ date }) => date >= from && date <= to)
    rows.push(...wanted.sort((a, b) => (a.date < b.date ? -1 : 1)))
  }
  return { view, rows }
}

/** Every patient's state, by partition: a producer that ignores the key may have put one patient into several. */
export async function readPatients(store: ViewStore, partitions: number): Promise<Map<string, PatientState>[]> {
  const reads = Array.from({ length: partitions }, (_, p): Operation => ({ op: 'getAll', key: patientsKey(p) }))
  const replies = (await store.step([], reads)) ?? []
  return replies.map(
    (reply) => new Map(Object.entries(fieldsOf(reply)).map(([patientId, text]) => [patientId, decodePatient(text)])),
  )
}

/** A patient's valid readings measured from `from` to `to` (epoch ms), oldest first; at most ten minutes are kept. */
export async function readReadings(
  store: ViewStore,
  partitions: readonly number[],
  patientId: string,
  from: number,
  to: number,
): Promise<RecentReading[]> {
  const blocks = wholeSteps(from, to, readingBlockMs)
  const reads = partitions.flatMap((p) =>
    blocks.map((block): Operation => ({ op: 'range', key: readingsKey(p, patientId, block), from: 0, to: -1 })),
  )
  return ((await store.step([], reads)) ?? [])
    .flatMap((reply) => itemsOf(reply).flatMap(decodeReadings))
    .filter(({ measuredAt }) => measuredAt >= from && measuredAt <= to)
    .sort((a, b) => a.measuredAt - b.measuredAt)
}

/** A patient's minutes that overlap `from`…`to`, oldest first, with their beginning; at most 24 hours are kept. */
export async function readMinutes(
  store: ViewStore,
  partitions: readonly number[],
  patientId: string,
  from: number,
  to: number,
): Promise<[measuredAt: number, spread: MinuteSpread][]> {
  const fields = wholeSteps(from, to, minuteMs).map(minuteField)
  const reads = partitions.map((p): Operation => ({ op: 'get', key: minutesKey(p, patientId), fields }))
  return ((await store.step([], reads)) ?? [])
    .flatMap((reply) => Object.entries(fieldsOf(reply)))
    .map(([field, text]): [number, MinuteSpread] => [minuteOfField(field) * minuteMs, decodeMinute(text)])
    .sort(([a], [b]) => a - b)
}

/** The steps of that length that overlap `from`…`to`, counted from 1970. */
function wholeSteps(from: number, to: number, stepMs: number): number[] {
  const first = Math.floor(from / stepMs)
  return Array.from({ length: Math.max(0, Math.floor(to / stepMs) - first + 1) }, (_, i) => first + i)
}

/** The alerts that were cleared last, in no order: at most `limit` of each partition. */
export async function readClearedAlerts(store: ViewStore, partitions: number, limit: number): Promise<AlertSnapshot[]> {
  const reads = Array.from(
    { length: partitions },
    (_, p): Operation => ({ op: 'range', key: clearedAlertsKey(p), from: -limit, to: -1 }),
  )
  const replies = (await store.step([], reads)) ?? []
  return replies.flatMap((reply) => itemsOf(reply).map(decodeClearedAlert))
}

/** All of them: those that are open, and at most `limit` cleared ones of each partition; in no order. */
export async function readAlerts(store: ViewStore, partitions: number, limit: number): Promise<AlertSnapshot[]> {
  const byPartition = await readPatients(store, partitions)
  const open = byPartition.flatMap((patients) => [...patients.values()].flatMap(openAlerts))
  return [...open, ...(await readClearedAlerts(store, partitions, limit))]
}

/** A patient's open alerts. */
export const openAlerts = ({ alerts }: PatientState): AlertSnapshot[] =>
  alerts === undefined ? [] : Object.values(alerts.open).map((alert) => snapshotAlert(alert, alerts))
