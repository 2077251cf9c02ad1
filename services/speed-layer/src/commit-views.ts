// Committing: writes what a fold has changed, with the position behind it, in one atomic step.
import {
  allPatients,
  clearedAlertsKey,
  daysKey,
  encodeApplied,
  encodeDay,
  encodePatient,
  encodeProgress,
  encodeReadings,
  guardsOf,
  minutesKey,
  type Operation,
  partitionKey,
  patientsKey,
  readingsKey,
  seenKey,
  slotField,
  type ViewStore,
} from '@health/views'
import {
  copyState,
  type Days,
  loaded,
  maxCached,
  noNews,
  type PartitionViews,
  type PatientViews,
} from './partition-views.ts'
import { changedFields, expiredFields, minutesStored } from './recent-minutes.ts'
import { byBlock, expiredBlocks, isInside } from './recent-readings.ts'
import { additionsStored, encodeAdditions } from './seen-window.ts'

/** Cleared alerts kept per partition. */
const keptAlerts = 500

/** Whether these views are ahead of those that are stored. */
export const isAhead = ({ state, stored }: PartitionViews): boolean => state.position !== stored.position

/**
 * Commits at the time `now` (epoch ms), and tells the readings received after `newsSince`; `settle` must follow. `false` when
 * the position or the slot has moved on: then nothing was written, and these views are of no use any more. The same holds when
 * it rejects, since the outcome is unknown.
 */
export async function commitViews(
  store: ViewStore,
  views: PartitionViews,
  now: number,
  newsSince: number,
): Promise<boolean> {
  const { partition, state, stored, together, changed } = views
  const operations: Operation[] = [{ op: 'set', key: partitionKey(partition), fields: encodeProgress(state) }]
  const states: Record<string, string> = {}
  for (const patient of changed) pushPatient(operations, states, views, patient)
  pushDays(operations, views, allPatients, together)
  if (Object.keys(states).length > 0) operations.push({ op: 'set', key: patientsKey(partition), fields: states })
  pushReadings(operations, views)
  pushNews(operations, views, states, { now, newsSince })
  return (await store.step(guardsOf(partition, stored), operations)) !== null
}

function pushPatient(
  operations: Operation[],
  states: Record<string, string>,
  views: PartitionViews,
  { id, days, values, windows, changedWindows }: PatientViews,
): void {
  const { partition } = views
  pushDays(operations, views, id, days)
  for (const sensor of changedWindows) {
    const additions = encodeAdditions(loaded(windows.get(sensor)))
    if (additions === null) continue
    const key = seenKey(partition, id, sensor)
    if (additions.replace) operations.push({ op: 'delete', key })
    operations.push({ op: 'push', key, items: [additions.item] })
  }
  if (values === null || !values.isChanged) return
  const { state, readings, minutes } = values
  if (state !== null) states[id] = encodePatient(state)
  for (const block of expiredBlocks(readings)) operations.push({ op: 'delete', key: readingsKey(partition, id, block) })
  const key = minutesKey(partition, id)
  const changed = changedFields(minutes)
  if (Object.keys(changed).length > 0) operations.push({ op: 'set', key, fields: changed })
  const expired = expiredFields(minutes)
  if (expired.length > 0) operations.push({ op: 'unset', key, fields: expired })
}

function pushReadings(operations: Operation[], { partition, changed, waiting }: PartitionViews): void {
  const inside = waiting.select((patient, measuredAt) =>
    isInside(loaded(changed[patient]?.values).readings, measuredAt),
  )
  for (const [patient, rows] of Map.groupBy(inside, ([patient]) => patient)) {
    const { id } = loaded(changed[patient])
    for (const [block, readings] of byBlock(rows.map(([, reading]) => reading))) {
      const item = encodeReadings(readings)
      operations.push({ op: 'push', key: readingsKey(partition, id, block), items: [item] })
    }
  }
}

function pushDays(operations: Operation[], { partition, state }: PartitionViews, patientId: string, days: Days): void {
  if (days.changed.size === 0) return
  const fields: Record<string, string> = {}
  for (const date of days.changed) {
    fields[slotField(partition, state.slot, date)] = encodeDay(loaded(days.sums.get(date)))
  }
  operations.push({ op: 'set', key: daysKey(patientId), fields })
}

function pushNews(
  operations: Operation[],
  { partition, changed, waiting, news: { alerts, dropped } }: PartitionViews,
  states: Record<string, string>,
  { now, newsSince }: { now: number; newsSince: number },
): void {
  const readings = waiting
    .select((_patient, _measuredAt, receivedAt) => receivedAt > newsSince)
    .map(([patient, reading]) => [loaded(changed[patient]).id, reading] as const)
  operations.push({ op: 'tell', change: encodeApplied({ partition, at: now, alerts, dropped }, states, readings) })
  const items = alerts.filter(({ state }) => state === 'cleared').map((alert) => JSON.stringify(alert))
  if (items.length === 0) return
  operations.push({ op: 'push', key: clearedAlertsKey(partition), items, keep: keptAlerts })
}

/** To be called when the views are stored, with the time (epoch ms). */
export function settle(views: PartitionViews, now: number): void {
  views.stored = copyState(views.state)
  views.storedAt = now
  views.news = noNews()
  settleDays(views.together)
  for (const patient of views.changed) {
    const { days, values, windows, changedWindows } = patient
    patient.touched = null
    patient.place = null
    settleDays(days)
    for (const sensor of changedWindows) additionsStored(loaded(windows.get(sensor)))
    forgetOthers(windows, changedWindows)
    changedWindows.clear()
    if (values === null || !values.isChanged) continue
    values.readings.storedNewest = values.readings.newest
    minutesStored(values.minutes)
    values.isChanged = false
  }
  views.changed.length = 0
  views.waiting.clear()
  if (views.patients.size > maxCached) views.patients.clear()
}

function settleDays({ sums, changed }: Days): void {
  forgetOthers(sums, changed)
  changed.clear()
}

/** Days and sensors that a patient has in memory; years of history may come at a time. */
const mostHeld = 8

/** Beyond that many, what was not used just now is loaded again when needed. */
function forgetOthers(held: Map<string, unknown>, used: ReadonlySet<string>): void {
  if (held.size <= mostHeld) return
  for (const name of held.keys()) if (!used.has(name)) held.delete(name)
}
