// The speed layer on the embedded log and views: what a person sees of a record, and what cannot shake it.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defaultRules } from '@health/domain'
import { deadLetterTopic, maxRecordBytes, openLog } from '@health/log'
import { createLogger, createMetrics } from '@health/runtime'
import {
  closeSlots,
  openViews,
  partitionKey,
  readAlerts,
  readDays,
  readOrigin,
  readPartitions,
  readPatients,
  readReadings,
} from '@health/views'
import { expect, onTestFinished, test, vi } from 'vitest'
import { runSpeedLayer, type SpeedLayerSettings } from './service.ts'

const topic = 'health_stream'
const partitions = 3
const logger = createLogger('silent')
const patience = { timeout: 10_000, interval: 10 }
const all = Array.from({ length: partitions }, (_, partition) => partition)

const standard: SpeedLayerSettings = {
  KAFKA_TOPIC: topic,
  DAY_TIME_ZONE: 'UTC',
  GLUCOSE_THRESHOLDS: defaultRules.glucoseMgdl,
  HEART_RATE_THRESHOLDS: defaultRules.heartRateBpm,
}

/** A log and views in a folder of their own, for a speed layer that can be started again and again. */
async function aSystem() {
  const folder = mkdtempSync(join(tmpdir(), 'speed-layer-'))
  const settings = { DATA_DIR: folder, KAFKA_TOPIC: topic, KAFKA_PARTITIONS: partitions, LOG_RETENTION_HOURS: 168 }
  const openBoth = async () => ({
    log: await openLog(settings, { logger, clientId: 'test' }),
    store: await openViews(settings, { logger }),
  })
  const { log, store } = await openBoth()
  let stop = async () => {}
  onTestFinished(async () => {
    await stop()
    await Promise.all([log.close(), store.close()])
    rmSync(folder, { recursive: true })
  })

  async function start(changes: Partial<SpeedLayerSettings> = {}) {
    const own = await openBoth()
    const context = { logger, metrics: createMetrics('speed-layer'), now: Date.now }
    const service = await runSpeedLayer(own.log, own.store, { ...standard, ...changes }, context)
    service.failed?.catch(() => {})
    stop = async () => {
      stop = async () => {}
      await service.stop()
    }
    return { ...service, stop: () => stop() }
  }

  const send = (...messages: (object | string)[]) =>
    log.append(
      topic,
      messages.map((message) => ({
        key: typeof message === 'object' && 'patient_id' in message ? String(message.patient_id) : null,
        value: Buffer.from(typeof message === 'string' ? message : JSON.stringify(message)),
      })),
    )

  const caughtUp = () =>
    vi.waitFor(async () => {
      const positions = (await readPartitions(store, partitions)).map(({ position }) => position)
      expect(positions).toEqual((await log.ranges(topic)).map(({ end }) => end))
    }, patience)

  const letters = async () => {
    const ranges = await log.ranges(deadLetterTopic(topic))
    return (
      await Promise.all(ranges.map(({ partition, low }) => log.read(deadLetterTopic(topic), partition, low, 100)))
    ).flat()
  }

  const patient = async (id: string) => (await readPatients(store, partitions)).find((one) => one.has(id))?.get(id)
  const counts = async () => {
    const states = await readPartitions(store, partitions)
    const total = (key: 'records' | 'valid' | 'invalid' | 'duplicate') =>
      states.reduce((sum, state) => sum + state.counts[key], 0)
    return {
      records: total('records'),
      valid: total('valid'),
      invalid: total('invalid'),
      duplicate: total('duplicate'),
    }
  }
  return { log, store, start, send, caughtUp, letters, patient, counts }
}

const now = Date.now()
const aMessage = (fields: object = {}) => ({
  patient_id: 'p001',
  sensor_id: 'cgm-1',
  measured_at: new Date(now).toISOString(),
  glucose_mgdl: 123,
  ...fields,
})

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
  expect(await readDays(store, 'p001', partitions)).toMatchObject([{ valid_records: 1, glucose_mgdl: { avg: 45 } }])
  expect(await readAlerts(store, partitions, 10)).toMatchObject([
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
  expect(await readDays(store, 'x', partitions)).toMatchObject([{ invalid_records: 1, valid_records: 0 }])
  const found = (await letters()).map(({ value, headers }) => [Buffer.from(value ?? []).toString(), headers['reason']])
  expect(found).toContainEqual(['{"broken', 'invalid_json'])
  expect(found.map(([, reason]) => reason).sort()).toEqual(['implausible_heart_rate', 'invalid_json'])
  expect((await letters())[0]?.headers).toMatchObject({ source_topic: topic, source_offset: '0' })
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
  expect((await readDays(store, 'p001', partitions)).map(({ glucose_mgdl }) => glucose_mgdl.avg)).toEqual([40, 123])
  expect(await readAlerts(store, partitions, 10)).toEqual([])
})

test('a low that began while its uploader was offline is told with the first reading that is fresh', async () => {
  const { start, send, caughtUp, store } = await aSystem()
  await start()
  const minutesAgo = (minutes: number, glucose_mgdl: number) =>
    aMessage({ measured_at: Date.now() - minutes * 60_000, glucose_mgdl })
  await send(minutesAgo(40, 100), minutesAgo(30, 45), minutesAgo(20, 44), minutesAgo(10, 43), minutesAgo(5, 42))
  await send(aMessage({ patient_id: 'p002', measured_at: Date.now() - 30 * 60_000, glucose_mgdl: 45 }))
  await send(aMessage({ patient_id: 'p002', sensor_id: 'watch', glucose_mgdl: undefined, heart_rate_bpm: 70 }))
  await caughtUp()
  // The heart rate of p002 is fresh and normal: no reason to tell of a glucose value of half an hour ago.
  expect(await readAlerts(store, partitions, 10)).toMatchObject([
    { patient_id: 'p001', severity: 'critical', worst: 42, changes: [{ kind: 'raised', value: 43 }] },
  ])
})

test('a reading that is sent again counts once', async () => {
  const { start, send, caughtUp, counts, store } = await aSystem()
  await start()
  await send(aMessage(), aMessage(), aMessage({ sensor_id: 'cgm-2' }), aMessage({ heart_rate_bpm: 70 }))
  await caughtUp()
  // The heart rate of the last one is new, its glucose is not.
  expect(await counts()).toEqual({ records: 4, valid: 3, invalid: 0, duplicate: 1 })
  expect(await readDays(store, 'p001', partitions)).toMatchObject([
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
  expect(await readDays(store, 'p001', partitions)).toMatchObject([{ valid_records: 2 }])
})

test('positions are known before there is any record, so that a batch run knows what to cover', async () => {
  const { start, store } = await aSystem()
  await start()
  await vi.waitFor(
    async () => expect((await readPartitions(store, partitions)).map(({ position }) => position)).toEqual([0, 0, 0]),
    patience,
  )
})

test('another DAY_TIME_ZONE rebuilds the views', async () => {
  const { start, send, caughtUp, store } = await aSystem()
  const first = await start()
  await send(aMessage({ measured_at: '2026-11-23T20:00:00.000Z' }))
  await caughtUp()
  await first.stop()
  await start({ DAY_TIME_ZONE: 'Asia/Jakarta' })
  await vi.waitFor(async () => expect((await readOrigin(store))?.dayTimeZone).toBe('Asia/Jakarta'), patience)
  await caughtUp()
  expect((await readDays(store, 'p001', partitions)).map(({ date }) => date)).toEqual(['2026-11-24'])
})

test('a position that the log has never reached is refused, with the command that mends it', async () => {
  const { start, store, log } = await aSystem()
  const before = await start()
  await vi.waitFor(async () => expect(await readOrigin(store)).not.toBeNull(), patience)
  await before.stop()
  await store.step([], [{ op: 'set', key: 'partition:0', fields: { position: '1000' } }])
  expect((await log.ranges(topic))[0]?.end).toBe(0)
  const { failed } = await start()
  await expect(failed).rejects.toThrow(/made anew[\s\S]*pnpm run init/)
})

test('what people do about an alert changes it, counts in no statistic, and is the same after a rebuild', async () => {
  const { start, send, caughtUp, counts, store, letters } = await aSystem()
  await start()
  await send(aMessage({ glucose_mgdl: 50 }))
  await caughtUp()
  const [alert] = await readAlerts(store, partitions, 10)
  const action = { patient_id: 'p001', alert_id: alert?.id, by: 'mum', note: 'juice' }
  await send({ type: 'acknowledge', ...action }, { type: 'snooze', minutes: 30, ...action })
  await send({ type: 'acknowledge', ...action, patient_id: 'p002' }, { type: 'acknowledge', ...action, alert_id: 'x' })
  await caughtUp()
  const acknowledged = await readAlerts(store, partitions, 10)
  expect(acknowledged).toMatchObject([
    { state: 'acknowledged', latched: false, snoozed_until: expect.any(String), revision: 3 },
  ])
  expect(acknowledged[0]?.changes).toMatchObject([
    { kind: 'raised' },
    { by: 'mum', note: 'juice' },
    { kind: 'snoozed' },
  ])
  expect(await counts()).toEqual({ records: 5, valid: 1, invalid: 0, duplicate: 0 })
  expect(await readDays(store, 'p001', partitions)).toMatchObject([{ total_records: 1 }])
  expect(await letters()).toEqual([])
  await store.clear()
  await caughtUp()
  expect(await readAlerts(store, partitions, 10)).toEqual(acknowledged)
})
