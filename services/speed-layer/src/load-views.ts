// Loading: brings into memory what folding a batch will touch, in at most two round trips.
import { emptyDay, type Verdict } from '@health/domain'
import {
  allPatients,
  claimViews,
  daysKey,
  decodeDay,
  decodeMinute,
  decodePartition,
  decodePatient,
  fieldsOf,
  itemsOf,
  minuteField,
  minutesKey,
  type Operation,
  partitionKey,
  patientsKey,
  type Reply,
  seenKey,
  slotField,
  type ViewStore,
} from '@health/views'
import type { ActionVerdict } from './judge.ts'
import {
  createPartitionViews,
  createPatientViews,
  type Days,
  loaded,
  type PartitionViews,
  type PatientViews,
} from './partition-views.ts'
import { newestTime } from './patient-state.ts'
import { createMinutes, keepMinute, missingMinute } from './recent-minutes.ts'
import { createRecentReadings } from './recent-readings.ts'
import { decodeWindow } from './seen-window.ts'

/**
 * Reads where the partition stands; nothing else is loaded yet. Throws a `ConfigError` when the views' days are those of
 * another time zone.
 */
export async function openPartitionViews(
  store: ViewStore,
  partition: number,
  dayTimeZone: string,
): Promise<PartitionViews> {
  const { epoch } = await claimViews(store, dayTimeZone)
  const replies = await store.step([], [{ op: 'getAll', key: partitionKey(partition) }])
  return createPartitionViews(partition, epoch, decodePartition(fieldsOf(replies?.[0])))
}

/** Loads everything that folding records with these verdicts will touch and that is not there yet. */
export async function loadViews(
  store: ViewStore,
  views: PartitionViews,
  verdicts: readonly (Verdict | ActionVerdict)[],
  dayOf: (ms: number) => string,
): Promise<void> {
  await loadTouched(store, views, verdicts, dayOf)
  await loadMinutes(store, views, verdicts)
}

async function loadTouched(
  store: ViewStore,
  views: PartitionViews,
  verdicts: readonly (Verdict | ActionVerdict)[],
  dayOf: (ms: number) => string,
): Promise<void> {
  const wanted = createReads()
  for (const verdict of verdicts) {
    if (verdict.kind === 'action') {
      const patient = patientOf(views, verdict.action.patientId)
      if (patient.values === null) wantValues(wanted, views.partition, patient)
      continue
    }
    const { patientId, measuredAt } = verdict.kind === 'valid' ? verdict.reading : verdict
    if (patientId === null || measuredAt === null) continue
    const date = dayOf(measuredAt)
    const patient = patientOf(views, patientId)
    if (!patient.days.has(date)) wantDay(wanted, views, patient.days, patientId, date)
    if (!views.together.has(date)) wantDay(wanted, views, views.together, allPatients, date)
    if (verdict.kind === 'invalid') continue
    if (patient.values === null) wantValues(wanted, views.partition, patient)
    const sensor = verdict.reading.sensorId ?? ''
    if (!patient.windows.has(sensor)) wantWindow(wanted, views.partition, patient, sensor)
  }
  await wanted.fulfil(store)
}

function patientOf({ patients }: PartitionViews, patientId: string): PatientViews {
  const known = patients.get(patientId)
  if (known !== undefined) return known
  const patient = createPatientViews(patientId)
  patients.set(patientId, patient)
  return patient
}

/** Reads to do in one step, and what to do with each reply; by a name, so that each is wanted once. */
function createReads() {
  const reads = new Map<string, { read: Operation; keep(reply: Reply | undefined): void }>()
  return {
    want(name: string, read: Operation, keep: (reply: Reply | undefined) => void): void {
      if (!reads.has(name)) reads.set(name, { read, keep })
    },
    async fulfil(store: ViewStore): Promise<void> {
      if (reads.size === 0) return
      const all = [...reads.values()]
      const replies = await store.step(
        [],
        all.map(({ read }) => read),
      )
      all.forEach(({ keep }, i) => {
        keep(replies?.[i])
      })
    },
  }
}
type Reads = ReturnType<typeof createReads>

function wantValues(reads: Reads, partition: number, patient: PatientViews): void {
  const { id } = patient
  reads.want(`values|${id}`, { op: 'get', key: patientsKey(partition), fields: [id] }, (reply) => {
    const fields = fieldsOf(reply)
    // Every object has a `constructor`; so a patient may be called.
    const state = Object.hasOwn(fields, id) ? decodePatient(fields[id] ?? '') : null
    const newest = state ? newestTime(state) : Number.NEGATIVE_INFINITY
    patient.values = { state, readings: createRecentReadings(newest), minutes: createMinutes(newest), isChanged: false }
  })
}

function wantWindow(reads: Reads, partition: number, patient: PatientViews, sensor: string): void {
  const key = seenKey(partition, patient.id, sensor)
  reads.want(key, { op: 'range', key, from: 0, to: -1 }, (reply) => {
    patient.windows.set(sensor, decodeWindow(itemsOf(reply)))
  })
}

function wantDay(
  reads: Reads,
  { partition, state }: PartitionViews,
  days: Days,
  patientId: string,
  date: string,
): void {
  const field = slotField(partition, state.slot, date)
  reads.want(`day|${patientId}|${date}`, { op: 'get', key: daysKey(patientId), fields: [field] }, (reply) => {
    const text = fieldsOf(reply)[field]
    days.set(date, { sums: text === undefined ? emptyDay() : decodeDay(text), isChanged: false })
  })
}

/** Minutes of late readings; those of readings in order are empty or in memory. */
async function loadMinutes(
  store: ViewStore,
  views: PartitionViews,
  verdicts: readonly (Verdict | ActionVerdict)[],
): Promise<void> {
  const missing = new Map<PatientViews, Set<number>>()
  for (const verdict of verdicts) {
    if (verdict.kind !== 'valid') continue
    const { patientId, measuredAt } = verdict.reading
    const patient = loaded(views.patients.get(patientId))
    const minute = missingMinute(loaded(patient.values).minutes, measuredAt)
    if (minute === null) continue
    const minutes = missing.get(patient)
    if (minutes === undefined) missing.set(patient, new Set([minute]))
    else minutes.add(minute)
  }
  const wanted = createReads()
  for (const [patient, minutes] of missing) {
    const fields = Array.from(minutes, minuteField)
    wanted.want(patient.id, { op: 'get', key: minutesKey(views.partition, patient.id), fields }, (reply) => {
      const found = fieldsOf(reply)
      for (const minute of minutes) {
        const text = found[minuteField(minute)]
        keepMinute(loaded(patient.values).minutes, minute, text === undefined ? null : decodeMinute(text))
      }
    })
  }
  await wanted.fulfil(store)
}
