// The speed layer on the embedded log and views: what a person sees of a record, and what cannot shake it.
import type { DroppedRecord } from '@health/domain'
import { maxRecordBytes } from '@health/log'
import { closeSlots, decodeChange, partitionKey, readOrigin, readPartitions, readReadings } from '@health/views'
import { expect, onTestFinished, test, vi } from 'vitest'
import { aMessage, aSystem, now, partitions, topic } from './service.fixture.ts'
import { readAlertRows, readDailyRows } from './speed-layer.fixture.ts'

const all = Array.from({ length: partitions }, (_, partition) => partition)

test('a reading becomes its patient’s latest values, a point of the live window and part of the day', async () => {
  const { start, send, caughtUp, store, patient } = await aSystem()
  await start()
  await send(aMessage({ glucose_mgdl: 45, heart_rate_bpm: 150 }))
  await caughtUp()
  expect(await patient('p001')).toMatchObject({
    status: 'CRITICAL_LOW',
    latest: { glucoseMgdl: { value: 45, measuredAt: now }, heartRateBpm: { value: 150 } },
  })
  expect(await readReadings(store, all, 'p001', now - 1000, now)).toMatchObject([
    { glucoseMgdl: 45, heartRateBpm: 150 },
  ])
  expect(await readDailyRows(store, 'p001', partitions)).toMatchObject([
    { valid_records: 1, glucose_mgdl: { avg: 45 } },
  ])
  expect(await readAlertRows(store, partitions, 10)).toMatchObject([
    { id: 'p001:glucose:low:0', state: 'raised', severity: 'critical', worst: 45 },
    { id: 'p001:heart_rate:high:0', state: 'raised', severity: 'critical', worst: 150 },
  ])
})

test('what is no measurement is dead-lettered with its bytes, reason and origin, counted, and changes nothing else', async () => {
  const { start, send, caughtUp, store, patient, letters, counts } = await aSystem()
  await start()
  await send(aMessage({ patient_id: 'x', glucose_mgdl: undefined, heart_rate_bpm: -5 }), '{"broken')
  await caughtUp()
  expect(await patient('x')).toBeUndefined()
  expect(await counts()).toEqual({ records: 2, valid: 0, invalid: 2, duplicate: 0 })
  expect(await readDailyRows(store, 'x', partitions)).toMatchObject([{ invalid_records: 1, valid_records: 0 }])
  const found = (await letters()).map(({ value, headers }) => [Buffer.from(value ?? []).toString(), headers['reason']])
  expect(found).toContainEqual(['{"broken', 'invalid_json'])
  expect(found.map(([, reason]) => reason).sort()).toEqual(['implausible_heart_rate', 'invalid_json'])
  expect((await letters())[0]?.headers).toMatchObject({ source_topic: topic, source_offset: '0' })
})

test('what is dropped is told with its patient, where that can be read, and every reason', async () => {
  const { start, send, store } = await aSystem()
  const told: DroppedRecord[] = []
  const watch = await store.watch(
    (changes) => {
      for (const change of changes.map(({ change }) => decodeChange(change))) {
        if (change.kind === 'applied') told.push(...change.dropped)
      }
    },
    () => {},
  )
  onTestFinished(() => watch.stop())
  await start()
  const impossible = { glucose_mgdl: 5, heart_rate_bpm: -5 }
  await send('{"broken', aMessage(impossible), aMessage({ heart_rate_bpm: -5 }))
  const receivedAt = expect.any(Number)
  await vi.waitFor(() =>
    expect(told).toEqual([
      { patientId: 'p001', receivedAt, reasons: ['implausible_glucose', 'implausible_heart_rate'] },
      { patientId: 'p001', receivedAt, reasons: ['implausible_heart_rate'] },
    ]),
  )
})

test('a record too long to be repeated is dead-lettered without its bytes, and those behind it go on', async () => {
  const { start, log, send, caughtUp, letters, counts } = await aSystem()
  await start()
  await log.append(topic, [{ key: 'p001', value: Buffer.alloc(maxRecordBytes - 4, 'x') }])
  await send(aMessage())
  await caughtUp()
  expect(await counts()).toMatchObject({ records: 2, valid: 1, invalid: 1 })
  expect(await letters()).toMatchObject([
    { value: new Uint8Array(), headers: { reason: 'too_large', source_offset: '0', omitted_bytes: '899996' } },
  ])
})

test.each(['constructor', 'toString', 'valueOf'])('%s is a patient like any other', async (id) => {
  const { start, send, caughtUp, patient } = await aSystem()
  await start()
  await send(aMessage({ patient_id: id, sensor_id: id }))
  await caughtUp()
  expect(await patient(id)).toMatchObject({ status: 'NORMAL', latest: { glucoseMgdl: { value: 123 } } })
})

test('an impossible heart rate does not take a good glucose value with it', async () => {
  const { start, send, caughtUp, patient, letters } = await aSystem()
  await start()
  await send(aMessage({ heart_rate_bpm: -5 }))
  await caughtUp()
  expect((await patient('p001'))?.latest).toMatchObject({ glucoseMgdl: { value: 123 }, heartRateBpm: null })
  expect(await letters()).toHaveLength(1)
})

test('an older value never replaces a newer one, and lands on its own day without an alert', async () => {
  const { start, send, caughtUp, patient, store } = await aSystem()
  await start()
  const dayBefore = now - 86_400_000
  await send(aMessage(), aMessage({ measured_at: dayBefore, glucose_mgdl: 40 }))
  await caughtUp()
  expect((await patient('p001'))?.latest.glucoseMgdl?.value).toBe(123)
  expect((await readDailyRows(store, 'p001', partitions)).map(({ glucose_mgdl }) => glucose_mgdl.avg)).toEqual([
    40, 123,
  ])
  expect(await readAlertRows(store, partitions, 10)).toEqual([])
})

test('a reading that is sent again counts once', async () => {
  const { start, send, caughtUp, counts, store } = await aSystem()
  await start()
  await send(aMessage(), aMessage(), aMessage({ sensor_id: 'cgm-2' }), aMessage({ heart_rate_bpm: 70 }))
  await caughtUp()
  // The heart rate of the last one is new, its glucose is not.
  expect(await counts()).toEqual({ records: 4, valid: 3, invalid: 0, duplicate: 1 })
  expect(await readDailyRows(store, 'p001', partitions)).toMatchObject([
    { glucose_mgdl: { count: 2 }, heart_rate_bpm: { count: 1 }, duplicate_records: 1 },
  ])
})

test('a restart goes on where it was, and counts nothing twice', async () => {
  const { start, send, caughtUp, counts } = await aSystem()
  const first = await start()
  await send(aMessage())
  await caughtUp()
  await first.stop()
  await send(aMessage({ measured_at: now + 1000 }))
  await start()
  await caughtUp()
  expect(await counts()).toEqual({ records: 2, valid: 2, invalid: 0, duplicate: 0 })
})

test('views that are emptied while it runs are rebuilt from the log', async () => {
  const { start, send, caughtUp, counts, store, patient } = await aSystem()
  await start()
  await send(aMessage())
  await caughtUp()
  await store.clear()
  await caughtUp()
  expect(await patient('p001')).toMatchObject({ status: 'NORMAL' })
  await send(aMessage({ measured_at: now + 1000, glucose_mgdl: 200 }))
  await caughtUp()
  expect(await counts()).toEqual({ records: 2, valid: 2, invalid: 0, duplicate: 0 })
  expect(await patient('p001')).toMatchObject({ status: 'WARNING', previousGlucose: { value: 123 } })
})

test('views that come back without their newest changes are brought up again, without another record', async () => {
  const { start, send, caughtUp, store } = await aSystem()
  await start()
  await send(aMessage(), aMessage({ measured_at: now + 1000 }))
  await caughtUp()
  const states = await readPartitions(store, partitions)
  const partition = states.findIndex(({ position }) => position === 2)
  await store.step([], [{ op: 'set', key: partitionKey(partition), fields: { position: '1' } }])
  await caughtUp()
})

test('a slot that a batch run closes takes nothing more, and no record is lost over it', async () => {
  const { start, send, caughtUp, store } = await aSystem()
  await start()
  await send(aMessage())
  await caughtUp()
  await closeSlots(store, partitions)
  await send(aMessage({ measured_at: now + 1000 }))
  await caughtUp()
  expect(await readDailyRows(store, 'p001', partitions)).toMatchObject([{ valid_records: 2 }])
})

test('positions are known before there is any record, so that a batch run knows what to cover', async () => {
  const { start, store } = await aSystem()
  await start()
  await vi.waitFor(async () =>
    expect((await readPartitions(store, partitions)).map(({ position }) => position)).toEqual([0, 0, 0]),
  )
})

test('another DAY_TIME_ZONE rebuilds the views', async () => {
  const { start, send, caughtUp, store } = await aSystem()
  const first = await start()
  await send(aMessage({ measured_at: '2026-11-23T20:00:00.000Z' }))
  await caughtUp()
  await first.stop()
  await start({ DAY_TIME_ZONE: 'Asia/Jakarta' })
  await vi.waitFor(async () => expect((await readOrigin(store))?.dayTimeZone).toBe('Asia/Jakarta'))
  await caughtUp()
  expect((await readDailyRows(store, 'p001', partitions)).map(({ date }) => date)).toEqual(['2026-11-24'])
})

test('a position that the log has never reached is refused, with the command that mends it', async () => {
  const { start, store, log } = await aSystem()
  const before = await start()
  await vi.waitFor(async () => expect(await readOrigin(store)).not.toBeNull())
  await before.stop()
  await store.step([], [{ op: 'set', key: 'partition:0', fields: { position: '1000' } }])
  expect((await log.ranges(topic))[0]?.end).toBe(0)
  const { failed } = await start()
  await expect(failed).rejects.toThrow(/made anew[\s\S]*pnpm run init/)
})
