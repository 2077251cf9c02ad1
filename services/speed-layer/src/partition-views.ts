// One partition's views as the speed layer holds them in memory: loaded when first needed, changed by the fold, committed.
import type { DaySums } from '@health/domain'
import { type Guard, guardsOf, type PartitionState, type PatientState, seenKey } from '@health/views'
import type { RecentBuckets } from './recent-buckets.ts'
import type { SeenWindow } from './seen-window.ts'

export interface PartitionViews {
  readonly partition: number
  /** The life of the views that these were read in, see `ViewsOrigin`. */
  readonly epoch: string
  readonly state: PartitionState
  /** Where the stored views must still stand for a commit to happen. */
  guards: Guard[]
  /** By patient; `state` is null for a patient without a valid reading so far. */
  readonly patients: Map<string, { state: PatientState | null; buckets: RecentBuckets }>
  /** By key of the stored list. */
  readonly windows: Map<string, SeenWindow>
  /** By `dayId`: the part of the day that lies in the open slot. */
  readonly days: Map<string, DaySums>
  /** What was changed since the last commit. */
  readonly changed: { patients: Set<string>; windows: Set<string>; days: Set<string> }
}

export const createPartitionViews = (partition: number, epoch: string, state: PartitionState): PartitionViews => ({
  partition,
  epoch,
  state,
  guards: guardsOf(partition, state),
  patients: new Map(),
  windows: new Map(),
  days: new Map(),
  changed: { patients: new Set(), windows: new Set(), days: new Set() },
})

/** A patient, to be changed. */
export function changePatient(views: PartitionViews, patientId: string) {
  views.changed.patients.add(patientId)
  return loaded(views.patients.get(patientId))
}

/** The identities of a patient's sensor, to be changed. */
export function changeWindow(views: PartitionViews, patientId: string, sensorId: string | null): SeenWindow {
  const key = windowKey(views.partition, patientId, sensorId)
  views.changed.windows.add(key)
  return loaded(views.windows.get(key))
}

/** A day of a patient, or of all, to be changed. */
export function changeDay(views: PartitionViews, patientId: string, date: string): DaySums {
  const id = dayId(patientId, date)
  views.changed.days.add(id)
  return loaded(views.days.get(id))
}

export const windowKey = (partition: number, patientId: string, sensorId: string | null): string =>
  seenKey(partition, patientId, sensorId ?? '')

export const dayId = (patientId: string, date: string): string => `${date}|${patientId}`
export const dateOf = (id: string): string => id.slice(0, 10)
export const patientOf = (id: string): string => id.slice(11)

/** What the loader has put there; anything else is a bug. */
export function loaded<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the fold touched what was not loaded')
  return value
}
