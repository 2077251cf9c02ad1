// Committing: writes what a fold has changed, with the position behind it, in one atomic step.
import {
  addTold,
  allPatients,
  clearedAlertsKey,
  daysKey,
  encodeApplied,
  encodeClearedAlert,
  encodeDay,
  encodePatient,
  encodeProgress,
  encodeReading,
  encodeReadings,
  guardsOf,
  minutesKey,
  type Operation,
  partitionKey,
  patientsKey,
  readingsKey,
  seenKey,
  slotField,
  type ToldReadings,
  type ViewStore,
} from '@health/views'
import { copyState, type Days, maxCached, noNews, type PartitionViews, type PatientViews } from './partition-views.ts'
import { changedFields, expiredFields, minutesStored } from './recent-minutes.ts'
import { expiredBlocks, pendingBlocks, pendingSince, readingsStored } from './recent-readings.ts'
import { additionsStored, encodeAdditions, isAddedTo } from './seen-window.ts'

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
  const guards = guardsOf(views.partition, views.stored)
  return (await store.step(guards, operations(views, now, newsSince))) !== null
}

/** One by one as they are asked for: those of thousands of patients are never in memory together. */
function* operations(views: PartitionViews, now: number, newsSince: number): Iterable<Operation> {
  const { partition, state, changed, together } = views
  yield { op: 'set', key: partitionKey(partition), fields: encodeProgress(state) }
  const states: Record<string, string> = {}
  for (const patient of changed) {
    yield* patientOperations(views, patient)
    const { id, values } = patient
    if (values?.isChanged && values.state !== null) states[id] = encodePatient(values.state)
  }
  yield* dayOperations(views, allPatients, together)
  if (Object.keys(states).length > 0) yield { op: 'set', key: patientsKey(partition), fields: states }
  yield* newsOperations(views, states, { now, newsSince })
}

function* patientOperations(views: PartitionViews, { id, days, values, windows }: PatientViews): Iterable<Operation> {
  const { partition } = views
  yield* dayOperations(views, id, days)
  for (const [sensor, window] of windows) {
    const additions = encodeAdditions(window)
    if (additions === null) continue
    const key = seenKey(partition, id, sensor)
    if (additions.replace) yield { op: 'delete', key }
    yield { op: 'push', key, items: [additions.item] }
  }
  if (values === null || !values.isChanged) return
  const { readings, minutes } = values
  for (const block of expiredBlocks(readings)) yield { op: 'delete', key: readingsKey(partition, id, block) }
  for (const [block, inside] of pendingBlocks(readings))
    yield { op: 'push', key: readingsKey(partition, id, block), items: [encodeReadings(inside.map(encodeReading))] }
  const key = minutesKey(partition, id)
  const fields = changedFields(minutes)
  if (fields !== null) yield { op: 'set', key, fields }
  const expired = expiredFields(minutes)
  if (expired.length > 0) yield { op: 'unset', key, fields: expired }
}

function* dayOperations({ partition, state }: PartitionViews, patientId: string, days: Days): Iterable<Operation> {
  const fields: Record<string, string> = {}
  for (const [date, { sums, isChanged }] of days)
    if (isChanged) fields[slotField(partition, state.slot, date)] = encodeDay(sums)
  if (Object.keys(fields).length > 0) yield { op: 'set', key: daysKey(patientId), fields }
}

function* newsOperations(
  { partition, changed, news: { alerts, dropped } }: PartitionViews,
  states: Record<string, string>,
  { now, newsSince }: { now: number; newsSince: number },
): Iterable<Operation> {
  const readings = new Map<string, ToldReadings>()
  for (const { id, values } of changed) {
    const live = values === null ? [] : pendingSince(values.readings, newsSince)
    const told: ToldReadings = []
    for (const reading of live) addTold(told, now, encodeReading(reading))
    if (live.length > 0) readings.set(id, told)
  }
  yield { op: 'tell', change: encodeApplied({ partition, at: now, alerts, dropped }, states, readings) }
  const items = alerts.filter(({ state }) => state === 'cleared').map(encodeClearedAlert)
  if (items.length > 0) yield { op: 'push', key: clearedAlertsKey(partition), items, keep: keptAlerts }
}

/** To be called when the views are stored, with the time (epoch ms). */
export function settle(views: PartitionViews, now: number): void {
  views.stored = copyState(views.state)
  views.storedAt = now
  views.news = noNews()
  settleDays(views.together)
  for (const patient of views.changed) {
    const { days, values, windows } = patient
    settleDays(days)
    forgetOthers(windows, isAddedTo)
    for (const window of windows.values()) additionsStored(window)
    if (values === null || !values.isChanged) continue
    readingsStored(values.readings)
    minutesStored(values.minutes)
    values.isChanged = false
  }
  views.changed.clear()
  views.addedReadings = 0
  if (views.patients.size > maxCached) views.patients.clear()
}

function settleDays(days: Days): void {
  forgetOthers(days, ({ isChanged }) => isChanged)
  for (const day of days.values()) day.isChanged = false
}

/** Days and sensors that a patient has in memory; years of history may come at a time. */
const mostHeld = 8

/** Beyond that many, what was not used just now is loaded again when needed. */
function forgetOthers<T>(held: Map<string, T>, isUsed: (value: T) => boolean): void {
  if (held.size <= mostHeld) return
  for (const [name, value] of held) if (!isUsed(value)) held.delete(name)
}
