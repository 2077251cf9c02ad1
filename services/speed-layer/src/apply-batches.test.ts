// Applying while the log has more: what waits to be written, until when, and that nothing of it is lost or told twice.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { NewRecord } from '@health/log'
import { closeSlots, openViews, readPartitions } from '@health/views'
import { expect, onTestFinished, test } from 'vitest'
import { createBatchApplier } from './apply-batches.ts'
import { aLogRecord, readDailyRows, rules } from './speed-layer.fixture.ts'

const received = Date.UTC(2026, 10, 24)
const glucose = (offset: number, value = 100) =>
  aLogRecord(offset, { patient_id: 'p', measured_at: received + offset * 1000, glucose_mgdl: value }, received)

/** The partition 0 of embedded views at position 1, written a moment ago. */
async function aBacklog() {
  const folder = mkdtempSync(join(tmpdir(), 'apply-batches-'))
  const store = await openViews({ DATA_DIR: folder }, { logger: silent })
  onTestFinished(async () => {
    await store.close()
    rmSync(folder, { recursive: true })
  })
  const clock = { now: received }
  const letters: string[] = []
  const applied: number[] = []
  const newApplier = () =>
    createBatchApplier({
      store,
      topic: 'readings',
      rules,
      bury: async (buried: readonly NewRecord[]) => {
        letters.push(...buried.map(({ headers }) => headers?.['source_offset'] ?? ''))
      },
      now: () => clock.now,
      onApplied: ({ position }) => applied.push(position),
    })
  const applier = newApplier()
  await applier.open(0)
  await applier.skipTo(0, 0)
  const apply = (offset: number, end: number, value?: number) =>
    applier.apply({ partition: 0, records: [glucose(offset, value)], end })
  await apply(0, 9)
  applied.length = 0
  const stored = async () => (await readPartitions(store, 1))[0]?.position
  return { store, clock, letters, applied, applier, newApplier, apply, stored }
}

test('the first records are written at once, however many more there are', async () => {
  const { stored, applier, newApplier, apply } = await aBacklog()
  expect(await stored()).toBe(1)
  await apply(1, 9)
  await applier.finish()
  const next = newApplier()
  await next.open(0)
  await next.apply({ partition: 0, records: [glucose(2)], end: 9 })
  expect(await stored()).toBe(3)
})

test('while the log has more of a few patients, what is applied waits for a second and is written together', async () => {
  const { clock, apply, stored, applied } = await aBacklog()
  await apply(1, 9)
  clock.now += 999
  await apply(2, 9)
  expect(await stored()).toBe(1)
  clock.now += 1
  await apply(3, 9)
  expect(await stored()).toBe(4)
  expect(applied).toEqual([4])
})

test('the more patients wait, the longer: a millisecond each, three seconds at most', async () => {
  const { clock, applier, stored } = await aBacklog()
  const ofPatients = (first: number, count: number) =>
    applier.apply({
      partition: 0,
      records: Array.from({ length: count }, (_, i) =>
        aLogRecord(first + i, { patient_id: `p${first + i}`, measured_at: received, glucose_mgdl: 100 }, received),
      ),
      end: 100_000,
    })
  await ofPatients(1, 2000)
  clock.now += 1999
  await ofPatients(2001, 1)
  expect(await stored()).toBe(1)
  clock.now += 3
  await ofPatients(2002, 1)
  expect(await stored()).toBe(2003)
  await ofPatients(2003, 6000)
  clock.now += 3000
  await ofPatients(8003, 1)
  expect(await stored()).toBe(8004)
})

test('200,000 readings that wait are written, however short the time', async () => {
  const { applier, stored } = await aBacklog()
  const count = 200_001
  const records = Array.from({ length: count }, (_, i) =>
    aLogRecord(1 + i, { patient_id: 'p', measured_at: received - 10 * (count - i), glucose_mgdl: 100 }, received),
  )
  await applier.apply({ partition: 0, records: records.slice(0, -1), end: 999_999 })
  expect(await stored()).toBe(1)
  await applier.apply({ partition: 0, records: records.slice(-1), end: 999_999 })
  expect(await stored()).toBe(1 + count)
})

test('the end of the log is written at once, with all that waits', async () => {
  const { apply, stored } = await aBacklog()
  await apply(1, 3)
  await apply(2, 3)
  expect(await stored()).toBe(3)
})

test('a clock that is set back lets nothing wait', async () => {
  const { clock, apply, stored } = await aBacklog()
  clock.now -= 60_000
  await apply(1, 9)
  expect(await stored()).toBe(2)
})

test('what waits while the log does not go on makes its partition a stray, which starts behind it', async () => {
  const { clock, apply, applier, stored } = await aBacklog()
  await apply(1, 9)
  clock.now += 2999
  expect(await applier.strays()).toEqual([])
  clock.now += 1
  expect(await applier.strays()).toEqual([0])
  expect(await applier.open(0)).toMatchObject({ position: 2 })
  expect(await stored()).toBe(2)
  expect(await applier.strays()).toEqual([])
})

test('whoever stops writes what waits; whoever forgets a partition leaves it to the log', async () => {
  const { apply, applier, stored, newApplier } = await aBacklog()
  await apply(1, 9)
  await applier.finish()
  expect(await stored()).toBe(2)
  await apply(2, 9)
  applier.forget(0)
  await applier.finish()
  expect(await newApplier().open(0)).toMatchObject({ position: 2 })
})

test('a dead letter is written before the position moves behind it, and once, also when a slot is closed meanwhile', async () => {
  const { store, apply, applier, letters, stored } = await aBacklog()
  await apply(1, 9, 5)
  expect(letters).toEqual([])
  await closeSlots(store, 1)
  expect(await apply(2, 3)).toBe(false)
  expect(letters).toEqual(['1'])
  expect(await applier.open(0)).toMatchObject({ position: 1 })
  await apply(1, 9, 5)
  await apply(2, 3)
  expect(await stored()).toBe(3)
  expect(letters).toEqual(['1'])
  expect(await readDailyRows(store, 'p', 1)).toMatchObject([{ valid_records: 2, invalid_records: 1 }])
})

test('what retention deleted counts as lost from where the views stand, also when its first count was refused', async () => {
  const { store, apply, applier, stored } = await aBacklog()
  await apply(1, 99)
  await closeSlots(store, 1)
  await expect(applier.skipTo(0, 50)).rejects.toThrow(/moved on/)
  expect(await applier.skipTo(0, 50)).toBe(49)
  expect(await stored()).toBe(50)
  expect((await readPartitions(store, 1))[0]?.counts).toMatchObject({ records: 1, lost: 49 })
})

const silent = { info: () => {}, warn: () => {}, error: () => {} } as never
