// One partition's views as the speed layer holds them in memory: loaded when first needed, changed by the fold, committed.
import type { AlertSnapshot, DaySums, DroppedRecord } from '@health/domain'
import type { NewRecord } from '@health/log'
import type { PartitionState, PatientState } from '@health/views'
import type { RecentMinutes } from './recent-minutes.ts'
import type { RecentReadings } from './recent-readings.ts'
import type { SeenWindow } from './seen-window.ts'

export interface PartitionViews {
  readonly partition: number
  /** The life of the views that these were read in, see `ViewsOrigin`. */
  readonly epoch: string
  readonly state: PartitionState
  /** As the stored views have it: there they must still stand for a commit to happen. */
  stored: PartitionState
  /** When records were stored last, epoch ms; −∞ where none were yet. */
  storedAt: number
  /** What is told with the next commit. */
  news: News
  /** What is dead-lettered before it. */
  letters: NewRecord[]
  letterBytes: number
  readonly patients: Map<string, PatientViews>
  /** The days of all patients together. */
  readonly together: Days
  /** Patients of whom something was changed since the last commit. */
  readonly changed: Set<PatientViews>
  /** How many readings were added since then. */
  addedReadings: number
}

/** What records brought that is told, beyond the views they changed. */
export interface News {
  /** As they were after each change, in order. */
  alerts: AlertSnapshot[]
  /** Of patients that can be told, received lately. */
  dropped: DroppedRecord[]
}

/** By date: the parts of a patient's days, or of all patients', that lie in the open slot. */
export type Days = Map<string, HeldDay>

export interface HeldDay {
  readonly sums: DaySums
  /** Since the last commit. */
  isChanged: boolean
}

export interface PatientViews {
  readonly id: string
  readonly days: Days
  /** Null before it is loaded, as for a patient of whom only invalid records came. */
  values: PatientValues | null
  /** By sensor, '' where none is named. */
  readonly windows: Map<string, SeenWindow>
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
  stored: copyState(state),
  storedAt: Number.NEGATIVE_INFINITY,
  news: noNews(),
  letters: [],
  letterBytes: 0,
  patients: new Map(),
  together: new Map(),
  changed: new Set(),
  addedReadings: 0,
})

export const noNews = (): News => ({ alerts: [], dropped: [] })

export const copyState = (state: PartitionState): PartitionState => ({
  ...state,
  counts: { ...state.counts, dropped: { ...state.counts.dropped } },
})

export const createPatientViews = (id: string): PatientViews => ({
  id,
  days: new Map(),
  values: null,
  windows: new Map(),
})

/** Beyond so many patients in memory all are forgotten, once they are stored, and loaded again when needed. */
export const maxCached = 50_000
/** A commit of many more patients, or readings that may each be a minute of their own, would keep Redis from its other work. */
const maxChanged = 10_000
const maxAddedReadings = 200_000

/** Whether nothing more should be changed before the next commit. */
export const isFull = ({ patients, changed, addedReadings }: PartitionViews): boolean =>
  patients.size > maxCached || changed.size > maxChanged || addedReadings > maxAddedReadings

/** What the loader has put there; anything else is a bug. */
export function loaded<T>(value: T | undefined | null): T {
  if (value === undefined || value === null) throw new Error('what was changed is not loaded')
  return value
}
