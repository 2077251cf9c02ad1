// Alerts as the speed layer raises them, and what people do about them.
import { expect, test } from 'vitest'
import { aMessage, aSystem, partitions } from './service.fixture.ts'
import { readAlertRows, readDailyRows } from './speed-layer.fixture.ts'

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
  expect(await readAlertRows(store, partitions, 10)).toMatchObject([
    { patient_id: 'p001', severity: 'critical', worst: 42, changes: [{ kind: 'raised', value: 43 }] },
  ])
})

test('what people do about an alert changes it, counts in no statistic, and is the same after a rebuild', async () => {
  const { start, send, caughtUp, counts, store, letters } = await aSystem()
  await start()
  await send(aMessage({ glucose_mgdl: 50 }))
  await caughtUp()
  const [alert] = await readAlertRows(store, partitions, 10)
  const action = { patient_id: 'p001', alert_id: alert?.id, by: 'mum', note: 'juice' }
  await send({ type: 'acknowledge', ...action }, { type: 'snooze', minutes: 30, ...action })
  await send({ type: 'acknowledge', ...action, patient_id: 'p002' }, { type: 'acknowledge', ...action, alert_id: 'x' })
  await caughtUp()
  const acknowledged = await readAlertRows(store, partitions, 10)
  expect(acknowledged).toMatchObject([
    { state: 'acknowledged', latched: false, snoozed_until: expect.any(String), revision: 3 },
  ])
  expect(acknowledged[0]?.changes).toMatchObject([
    { kind: 'raised' },
    { by: 'mum', note: 'juice' },
    { kind: 'snoozed' },
  ])
  expect(await counts()).toEqual({ records: 5, valid: 1, invalid: 0, duplicate: 0 })
  expect(await readDailyRows(store, 'p001', partitions)).toMatchObject([{ total_records: 1 }])
  expect(await letters()).toEqual([])
  await store.clear()
  await caughtUp()
  expect(await readAlertRows(store, partitions, 10)).toEqual(acknowledged)
})
