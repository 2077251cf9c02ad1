// One partition's views as the speed layer holds them in memory: loaded when first needed, changed by the fold, committed.
import type { DaySums } from '@health/domain'
import { type Guard, guardsOf, type PartitionState, type PatientState } from '@health/views'
import type { RecentMinutes } from './recent-minutes.ts'
import type { RecentReadings } from './recent-readings.ts'
import type { SeenWindow } from './seen-window.ts'

export interface PartitionViews {
  readonly partition: number
  /** The life of the views that these were read in, see `ViewsOrigin`. */
  readonly epoch: string
  readonly state: PartitionState
  /** Where the stored views must still stand for a commit to happen. */
  guards: Guard[]
  readonly patients: Map<string, PatientViews>
  /** The days of all patients together. */
  readonly together: Days
  /** Patients of whom something was changed since the last commit. */
  readonly changed: Set<PatientViews>
}

/** By date: the parts of a patient's days, or of all patients', that lie in the open slot. */
export interface Days {
  readonly sums: Map<string, DaySums>
  /** Dates that were changed since the last commit. */
  readonly changed: Set<string>
}

export interface PatientViews {
  readonly id: string
  readonly days: Days
  /** Null before it is loaded, as for a patient of whom only invalid records came. */
  values: PatientValues | null
  /** By sensor, '' where none is named. */
  readonly windows: Map<string, SeenWindow>
  /** Sensors whose windows were changed since the last commit. */
  readonly changedWindows: Set<string>
}

export interface PatientValues {
  /** Null for a patient without a valid reading so far. */
  state: PatientState | null
  readings: RecentReadings
  minutes: RecentMinutes
  isChanged: boolean
}

export const createPartitionViews = (partition: number, epoch: string, state: PartitionState): PartitionViews => ({
  partition,
  epoch,
  state,
  guards: guardsOf(partition, state),
  patients: new Map(),
  together: { sums: new Map(), changed: new Set() },
  changed: new Set(),
})

export const createPatientViews = (id: string): PatientViews => ({
  id,
  days: { sums: new Map(), changed: new Set() },
  values: null,
  windows: new Map(),
  changedWindows: new Set(),
})

/** A patient, to be changed. */
export function changePatient(views: PartitionViews, patientId: string): PatientViews {
  const patient = loaded(views.patients.get(patientId))
  views.changed.add(patient)
  return patient
}

/** A day, to be changed. */
export function changeDay(days: Days, date: string): DaySums {
  days.changed.add(date)
  return loaded(days.sums.get(date))
}

/** The identities of a patient's sensor, to be changed. */
export function changeWindow(patient: PatientViews, sensorId: string | null): SeenWindow {
  const sensor = sensorId ?? ''
  patient.changedWindows.add(sensor)
  return loaded(patient.windows.get(sensor))
}

/** What the loader has put there; anything else is a bug. */
export function loaded<T>(value: T | undefined | null): T {
  if (value === undefined || value === null) throw new Error('the fold touched what was not loaded')
  return value
}
