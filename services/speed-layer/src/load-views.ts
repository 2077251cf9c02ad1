// Loading: brings into memory what folding a batch will touch, in at most two round trips.
import { emptyDay } from '@health/domain'
import {
  allPatients,
  claimViews,
  daysKey,
  decodeDay,
  decodeMinute,
  decodePartition,
  decodePatient,
  decodeReadings,
  fieldsOf,
  itemsOf,
  type Operation,
  partitionKey,
  patientsKey,
  type Reply,
  recentKey,
  slotField,
  type ViewStore,
} from '@health/views'
import type { JudgedRecord } from './fold.ts'
import { createPartitionViews, dayId, loaded, type PartitionViews, windowKey } from './partition-views.ts'
import { newestTime } from './patient-state.ts'
import { createBuckets, missingFields } from './recent-buckets.ts'
import { decodeWindow } from './seen-window.ts'

/** Beyond so many patients, sensors or days in memory all are forgotten, and loaded again when needed. */
const maxCached = 50_000

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

/** Loads everything that folding these records will touch and that is not there yet. */
export async function loadViews(
  store: ViewStore,
  views: PartitionViews,
  records: readonly JudgedRecord[],
  dayOf: (ms: number) => string,
): Promise<void> {
  const caches = [views.patients, views.windows, views.days]
  if (caches.some(({ size }) => size > maxCached)) {
    for (const cache of caches) cache.clear()
  }
  await loadTouched(store, views, records, dayOf)
  await loadBuckets(store, views, records)
}

async function loadTouched(
  store: ViewStore,
  views: PartitionViews,
  records: readonly JudgedRecord[],
  dayOf: (ms: number) => string,
): Promise<void> {
  const wants = createWants()
  for (const { verdict } of records) {
    const { patientId, measuredAt } = verdict.kind === 'valid' ? verdict.reading : verdict
    if (patientId === null || measuredAt === null) continue
    const date = dayOf(measuredAt)
    wantDay(wants, views, patientId, date)
    wantDay(wants, views, allPatients, date)
    if (verdict.kind === 'invalid') continue
    wantPatient(wants, views, patientId)
    wantWindow(wants, views, windowKey(views.partition, patientId, verdict.reading.sensorId))
  }
  await fulfil(store, wants)
}

/** Reads to do, and what to do with each reply; by key, so that each is wanted once. */
type Wants = Map<string, { read: Operation; keep(reply: Reply | undefined): void }>
const createWants = (): Wants => new Map()

async function fulfil(store: ViewStore, wants: Wants): Promise<void> {
  if (wants.size === 0) return
  const all = [...wants.values()]
  const replies = await store.step(
    [],
    all.map(({ read }) => read),
  )
  all.forEach(({ keep }, i) => {
    keep(replies?.[i])
  })
}

function wantPatient(wants: Wants, { partition, patients }: PartitionViews, id: string): void {
  if (patients.has(id) || wants.has(id)) return
  wants.set(id, {
    read: { op: 'get', key: patientsKey(partition), fields: [id] },
    keep(reply) {
      const fields = fieldsOf(reply)
      // Every object has a `constructor`; so a patient may be called.
      const state = Object.hasOwn(fields, id) ? decodePatient(fields[id] ?? '') : null
      patients.set(id, { state, buckets: createBuckets(state ? newestTime(state) : Number.NEGATIVE_INFINITY) })
    },
  })
}

function wantWindow(wants: Wants, { windows }: PartitionViews, key: string): void {
  if (windows.has(key) || wants.has(key)) return
  wants.set(key, {
    read: { op: 'range', key, from: 0, to: -1 },
    keep: (reply) => windows.set(key, decodeWindow(itemsOf(reply))),
  })
}

function wantDay(wants: Wants, { partition, state, days }: PartitionViews, patientId: string, date: string): void {
  const id = dayId(patientId, date)
  if (days.has(id) || wants.has(id)) return
  const field = slotField(partition, state.slot, date)
  wants.set(id, {
    read: { op: 'get', key: daysKey(patientId), fields: [field] },
    keep(reply) {
      const text = fieldsOf(reply)[field]
      days.set(id, text === undefined ? emptyDay() : decodeDay(text))
    },
  })
}

/** Buckets of late readings; those of readings in order are empty or in memory. */
async function loadBuckets(store: ViewStore, views: PartitionViews, records: readonly JudgedRecord[]): Promise<void> {
  const fieldsOfPatient = new Map<string, Set<string>>()
  for (const { verdict } of records) {
    if (verdict.kind === 'invalid') continue
    const { patientId, measuredAt } = verdict.reading
    const missing = missingFields(loaded(views.patients.get(patientId)).buckets, measuredAt)
    if (missing.length === 0) continue
    const fields = fieldsOfPatient.get(patientId) ?? new Set()
    for (const field of missing) fields.add(field)
    fieldsOfPatient.set(patientId, fields)
  }
  const wants = createWants()
  for (const [id, fields] of fieldsOfPatient) {
    wants.set(id, {
      read: { op: 'get', key: recentKey(views.partition, id), fields: [...fields] },
      keep: (reply) => keepBuckets(views, id, fieldsOf(reply)),
    })
  }
  await fulfil(store, wants)
}

function keepBuckets(views: PartitionViews, patientId: string, fields: Record<string, string>): void {
  const { buckets } = loaded(views.patients.get(patientId))
  for (const [field, text] of Object.entries(fields)) {
    const bucket = Number(field.slice(1))
    if (field.startsWith('r')) buckets.readings.set(bucket, decodeReadings(text))
    else buckets.minutes.set(bucket, decodeMinute(text))
  }
}
