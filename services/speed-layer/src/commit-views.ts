// Committing: writes what a fold has changed, with the position behind it, in one atomic step.
import {
  alertsKey,
  daysKey,
  encodeDay,
  encodePatient,
  encodeProgress,
  guardsOf,
  type Operation,
  type PatientState,
  partitionKey,
  patientsKey,
  recentKey,
  slotField,
  tell,
  type ViewStore,
} from '@health/views'
import type { FoldedNews } from './fold.ts'
import { dateOf, loaded, type PartitionViews, patientOf } from './partition-views.ts'
import { bucketsStored, changedFields, expiredFields } from './recent-buckets.ts'
import { additionsStored, encodeAdditions } from './seen-window.ts'

/** Status changes kept per partition. */
const keptAlerts = 500
/** Readings are told only while they are news; a backlog is not. */
const newsMs = 2 * 60_000

/**
 * Commits at the time `now` (epoch ms). `false` when the position or the slot has moved on: then nothing was written,
 * and these views are of no use any more. The same holds when it rejects, since the outcome is unknown.
 */
export async function commitViews(
  store: ViewStore,
  views: PartitionViews,
  news: FoldedNews,
  now: number,
): Promise<boolean> {
  const operations = [
    { op: 'set' as const, key: partitionKey(views.partition), fields: encodeProgress(views.state) },
    ...patientOperations(views),
    ...windowOperations(views),
    ...dayOperations(views),
    ...newsOperations(views, news, now),
  ]
  if ((await store.step(views.guards, operations)) === null) return false
  settle(views)
  return true
}

function patientOperations({ partition, patients, changed }: PartitionViews): Operation[] {
  const operations: Operation[] = []
  const states: Record<string, string> = {}
  for (const id of changed.patients) {
    const { state, buckets } = loaded(patients.get(id))
    if (state !== null) states[id] = encodePatient(state)
    const key = recentKey(partition, id)
    operations.push({ op: 'set', key, fields: changedFields(buckets) })
    const expired = expiredFields(buckets)
    if (expired.length > 0) operations.push({ op: 'unset', key, fields: expired })
  }
  if (changed.patients.size > 0) operations.push({ op: 'set', key: patientsKey(partition), fields: states })
  return operations
}

function windowOperations({ windows, changed }: PartitionViews): Operation[] {
  const operations: Operation[] = []
  for (const key of changed.windows) {
    const additions = encodeAdditions(loaded(windows.get(key)))
    if (additions === null) continue
    if (additions.replace) operations.push({ op: 'delete', key })
    operations.push({ op: 'push', key, items: [additions.item], keep: Number.MAX_SAFE_INTEGER })
  }
  return operations
}

function dayOperations({ partition, state, days, changed }: PartitionViews): Operation[] {
  const fieldsOfPatient = new Map<string, Record<string, string>>()
  for (const id of changed.days) {
    const fields = fieldsOfPatient.get(patientOf(id)) ?? {}
    fields[slotField(partition, state.slot, dateOf(id))] = encodeDay(loaded(days.get(id)))
    fieldsOfPatient.set(patientOf(id), fields)
  }
  return [...fieldsOfPatient].map(([patientId, fields]) => ({ op: 'set', key: daysKey(patientId), fields }))
}

function newsOperations(views: PartitionViews, { readings, alerts }: FoldedNews, now: number): Operation[] {
  const { partition, patients, changed } = views
  const states: Record<string, PatientState> = {}
  for (const id of changed.patients) {
    const { state } = loaded(patients.get(id))
    if (state !== null) states[id] = state
  }
  const fresh = readings.filter(([, reading]) => reading.receivedAt > now - newsMs)
  const operations = [tell({ kind: 'applied', partition, at: now, patients: states, readings: fresh, alerts })]
  if (alerts.length === 0) return operations
  const items = alerts.map((alert) => JSON.stringify(alert))
  return [...operations, { op: 'push', key: alertsKey(partition), items, keep: keptAlerts }]
}

function settle(views: PartitionViews): void {
  const { patients, windows, changed } = views
  views.guards = guardsOf(views.partition, views.state)
  for (const id of changed.patients) bucketsStored(loaded(patients.get(id)).buckets)
  for (const key of changed.windows) additionsStored(loaded(windows.get(key)))
  for (const set of Object.values(changed)) set.clear()
}
