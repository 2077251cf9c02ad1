// At every moment a served day and the open alerts are those of all records applied so far, whatever comes in whatever order:
// batches that are written at once or together with others, batch runs that end or fail, restarts, redelivery, views that are
// emptied or lose their newest changes. For every backend of the views.
import { type DailyRow, dailyRow } from '@health/api'
import { type AlertSnapshot, createDayOf } from '@health/domain'
import { propertyRuns } from '@health/domain/property-runs'
import type { LogRecord } from '@health/log'
import {
  allPatients,
  closeSlots,
  dropCovered,
  fieldsOf,
  itemsOf,
  type Operation,
  openAlerts,
  publishVersion,
  readDays,
  readPatients,
  type ServedDay,
  stageRows,
  type ViewStore,
} from '@health/views'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type BatchApplier, createBatchApplier } from './apply-batches.ts'
import { aLogRecord, alertsOf, recount, rules } from './speed-layer.fixture.ts'

const partitions = 2

/** Midnights, one of them behind a day of 25 hours. */
const zones = [
  ['UTC', Date.UTC(2026, 10, 24)],
  ['America/New_York', Date.UTC(2026, 10, 2, 5)],
  ['Pacific/Kiritimati', Date.UTC(2026, 10, 23, 10)],
] as const

/** Few patients, sensors, times and values, so that duplicates, late ones and midnight come up often. */
const messageAround = (midnight: number) =>
  fc.record(
    {
      patient_id: fc.constantFrom('a', 'b'),
      sensor_id: fc.constantFrom('s', 't'),
      measured_at: fc.integer({ min: -4, max: 4 }).map((n) => midnight + n * 1000),
      glucose_mgdl: fc.constantFrom(5, 53.5, 100, 180, 300),
      heart_rate_bpm: fc.constantFrom(-5, 72, 140),
    },
    { requiredKeys: ['patient_id', 'measured_at'] },
  )
/** About an alert that may have been raised, by an early record. */
const deed = fc.record({
  type: fc.constantFrom('acknowledge', 'snooze'),
  patient_id: fc.constantFrom('a', 'b'),
  about: fc.constantFrom('glucose:low', 'glucose:high', 'heart_rate:high'),
  raisedBy: fc.nat(12),
})
const action = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('apply'),
      partition: fc.nat(partitions - 1),
      count: fc.integer({ min: 1, max: 6 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom('restart', 'deliver again', 'empty', 'go back', 'time passes'),
    }),
  },
  // A slow run is one that others come between: its line is closed now, and published after the next action.
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('run', 'failing run', 'slow run'),
      isFull: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, fc.constant(true)),
    }),
  },
) as fc.Arbitrary<Action>
type Action =
  | { kind: 'apply'; partition: number; count: number }
  | { kind: 'restart' | 'deliver again' | 'empty' | 'go back' | 'time passes' }
  | { kind: 'run' | 'failing run' | 'slow run'; isFull: boolean }

/** Declares the property on the views that `open` gives; they are emptied. */
export function describeExactMerge(name: string, open: () => Promise<ViewStore>, cases: number): void {
  describe(`on ${name}`, () => {
    test.each(zones)(
      'a served day of %s is the recount of what was applied, after any interleaving',
      async (zone, midnight) => {
        const store = await open()
        const message = fc.oneof({ weight: 6, arbitrary: messageAround(midnight) }, { weight: 1, arbitrary: deed })
        const log = fc.array(message, { minLength: 20, maxLength: 40 })
        await fc.assert(
          fc.asyncProperty(fc.tuple(log, log), fc.array(action, { maxLength: 25 }), async (messages, actions) => {
            await store.clear()
            const world = createWorld(store, messages.map(toLog(midnight)), zone)
            for (const next of actions) await world.act(next)
            await world.act({ kind: 'run', isFull: false })
          }),
          propertyRuns(cases),
        )
        await store.close()
      },
    )
  })
}

/** Patients keep to one partition, as their key makes them. */
const toLog =
  (receivedAt: number) =>
  (messages: ({ patient_id: string } | Deed)[], partition: number): LogRecord[] =>
    messages.map((message, offset) => {
      const patient_id = `${message.patient_id}${partition}`
      return aLogRecord(
        offset,
        'about' in message ? toAction(message, patient_id) : { ...message, patient_id },
        receivedAt,
      )
    })

interface Deed {
  type: string
  patient_id: string
  about: string
  raisedBy: number
}
const toAction = ({ type, about, raisedBy }: Deed, patient_id: string) => ({
  type,
  patient_id,
  alert_id: `${patient_id}:${about}:${raisedBy}`,
  by: 'somebody',
  note: null,
  ...(type === 'snooze' && { minutes: 30 }),
})

function createWorld(store: ViewStore, log: LogRecord[][], dayTimeZone: string) {
  const dayOf = createDayOf(dayTimeZone)
  const zoned = { ...rules, dayOf, dayTimeZone }
  const newApplier = (): BatchApplier =>
    createBatchApplier({
      store,
      topic: 'readings',
      rules: zoned,
      bury: async () => {},
      now: () => time,
      onApplied({ partition, position }) {
        applied[partition] = position
      },
    })
  let time = 0
  let applier = newApplier()
  /** What is delivered next, by partition. */
  const next = log.map(() => 0)
  /** Up to where the views have it. */
  const applied = log.map(() => 0)
  let finishSlowRun = async () => {}
  /** The views some actions ago: what a Redis comes back with that has not flushed since. */
  const kept: Snapshot[] = []

  async function apply(partition: number, from: number, count: number): Promise<void> {
    const records = log[partition]?.slice(from, from + count) ?? []
    if (records.length === 0) return
    const isApplied = await applier.apply({ partition, records, end: log[partition]?.length ?? 0 })
    if (isApplied) next[partition] = Math.max(next[partition] ?? 0, from + records.length)
    else await start(partition)
  }

  async function start(partition: number): Promise<void> {
    const { position } = (await applier.open(partition)) ?? { position: null }
    if (position === null) await applier.skipTo(partition, 0)
    next[partition] = applied[partition] = position ?? 0
  }

  async function startAll(): Promise<void> {
    for (const partition of log.keys()) await start(partition)
  }

  /** What must begin again does. */
  async function restartStrays(): Promise<void> {
    for (const partition of await applier.strays()) await start(partition)
  }

  /** Closes the line; the answer computes and publishes, all days or those that were touched since the last run. */
  async function beginRun({ isFull }: { isFull: boolean }, end: 'publishes' | 'fails'): Promise<() => Promise<void>> {
    const closed = await closeSlots(store, partitions)
    const ends = closed.partitions.map(({ position }) => position ?? 0)
    const basis: number[] | null = closed.basis === null || isFull ? null : JSON.parse(closed.basis)
    const below = (partition: number, from: number) => log[partition]?.slice(from, ends[partition]) ?? []
    return async () => {
      const added = ends.flatMap((_, partition) => below(partition, basis?.[partition] ?? 0))
      const touched = new Set([...recount(added, dayOf).values()].flatMap((days) => [...days.keys()]))
      const rows = [
        ...recount(
          ends.flatMap((_, partition) => below(partition, 0)),
          dayOf,
        ),
      ].flatMap(([patientId, days]) =>
        [...days].filter(([date]) => touched.has(date)).map(([date, day]) => ({ patientId, date, day })),
      )
      // A run that fails may have staged all that it wanted to publish.
      await stageRows(store, closed, rows)
      if (end === 'fails') return
      await publishVersion(store, closed, {
        computedAt: 0,
        completeTo: 0,
        watermark: new Map(ends.map((end, partition) => [partition, end])),
        run: null,
        holds: basis === null ? 'every day' : 'touched days',
        basis: JSON.stringify(ends),
      })
      await dropCovered(store, partitions, new Set(rows.map(({ patientId }) => patientId)))
    }
  }

  async function check(): Promise<void> {
    const records = log.flatMap((records, partition) => records.slice(0, applied[partition]))
    const open = (await readPatients(store, partitions)).flatMap((patients) =>
      [...patients.values()].flatMap(openAlerts),
    )
    expect(open.sort(byId)).toEqual(alertsOf(records).sort(byId))
    const expected = recount(records, dayOf)
    for (const patientId of new Set([...expected.keys(), allPatients])) {
      const days = [...(expected.get(patientId) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1))
      const served = await readDays(store, patientId, partitions)
      expect(served.map(figures)).toEqual(days.map(([date, sums]) => figures({ date, sums, batch: null })))
    }
  }

  const opened = startAll()
  return {
    async act(action: Action): Promise<void> {
      await opened
      const finish = finishSlowRun
      finishSlowRun = async () => {}
      if (action.kind === 'apply') await apply(action.partition, next[action.partition] ?? 0, action.count)
      if (action.kind === 'run') await (await beginRun(action, 'publishes'))()
      if (action.kind === 'failing run') await (await beginRun(action, 'fails'))()
      if (action.kind === 'slow run') finishSlowRun = await beginRun(action, 'publishes')
      if (action.kind === 'deliver again')
        for (const partition of log.keys()) await apply(partition, 0, next[partition] ?? 0)
      if (action.kind === 'empty') await store.clear()
      if (action.kind === 'restart' || action.kind === 'empty') {
        applier = newApplier()
        await startAll()
      }
      if (action.kind === 'go back') {
        await restore(store, kept[0] ?? [])
        kept.length = 0
        await restartStrays()
      }
      if (action.kind === 'time passes') {
        time += 2000
        await restartStrays()
      }
      await finish()
      await check()
      kept.push(await takeSnapshot(store))
      if (kept.length > 2) kept.shift()
    },
  }
}

type Snapshot = Operation[]

/** Everything in the views, as the operations that put it back. */
async function takeSnapshot(store: ViewStore): Promise<Snapshot> {
  const snapshot: Snapshot = []
  for (const key of await store.keys('')) {
    const isList = /^(seen|readings|cleared):/.test(key)
    const [reply] =
      (await store.step([], [isList ? { op: 'range', key, from: 0, to: -1 } : { op: 'getAll', key }])) ?? []
    const items = itemsOf(reply)
    snapshot.push(isList ? { op: 'push', key, items, keep: items.length } : { op: 'set', key, fields: fieldsOf(reply) })
  }
  return snapshot
}

async function restore(store: ViewStore, snapshot: Snapshot): Promise<void> {
  await store.clear()
  await store.step([], snapshot)
}

const byId = (a: AlertSnapshot, b: AlertSnapshot): number => (a.id < b.id ? -1 : 1)

/** What of a day must agree; sums are added in another order, so averages only nearly. */
const figures = (day: ServedDay) => figuresOfRow(dailyRow(day))
const figuresOfRow = ({ date, glucose_mgdl, heart_rate_bpm, ...row }: DailyRow) => ({
  date,
  glucose: [
    glucose_mgdl.count,
    glucose_mgdl.min,
    glucose_mgdl.max,
    glucose_mgdl.avg?.toFixed(9),
    glucose_mgdl.lbgi?.toFixed(9),
  ],
  heartRate: [heart_rate_bpm.count, heart_rate_bpm.min, heart_rate_bpm.max, heart_rate_bpm.avg?.toFixed(9)],
  records: [row.total_records, row.valid_records, row.invalid_records, row.duplicate_records],
  provisional: row.provisional,
})
