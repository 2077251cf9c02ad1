import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openLog } from '@health/log'
import { createLogger } from '@health/runtime'
import { connectAsync } from 'mqtt'
import { expect, onTestFinished, test, vi } from 'vitest'
import { aMessage, anOutage, createTestLog, startTestBridge } from './bridge.fixture.ts'

const body = JSON.stringify(aMessage())
const post = (url: string) => fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json' } })

test('stopping answers what is under way, takes nothing more, then closes the log', async () => {
  const { readings, mqttPort, log, stop } = await startTestBridge(createTestLog())
  const client = await connectAsync({ host: '127.0.0.1', port: mqttPort, reconnectPeriod: 0 })
  onTestFinished(() => client.endAsync(true))
  const release = log.hold()
  const append = vi.spyOn(log, 'append')
  const answer = post(readings)
  const acknowledged = client.publishAsync('health/data', body, { qos: 1 })
  await vi.waitFor(() => expect(append).toHaveBeenCalledTimes(2))
  const stopped = stop()
  await expect(post(readings)).rejects.toThrow()
  expect(log.closed).toBe(false)
  release()
  expect((await answer).status).toBe(202)
  await acknowledged
  await stopped
  expect(log.appended).toHaveLength(2)
  expect(log.closed).toBe(true)
})

test('a bridge that starts without the log is not ready until it is there, without a message', async () => {
  const log = createTestLog()
  log.fail(anOutage())
  const { waitingFor } = await startTestBridge(log)
  await vi.waitFor(() => expect(waitingFor()).toMatch(/does not answer/))
  log.fail(null)
  await vi.waitFor(() => expect(waitingFor()).toBeNull())
  expect(log.appended).toEqual([])
})

test('after an outage it is ready again without a message', async () => {
  const log = createTestLog()
  const { readings, waitingFor } = await startTestBridge(log)
  await vi.waitFor(() => expect(waitingFor()).toBeNull())
  log.fail(anOutage())
  expect((await post(readings)).status).toBe(503)
  expect(waitingFor()).toMatch(/does not answer/)
  log.fail(null)
  await vi.waitFor(() => expect(waitingFor()).toBeNull())
})

test('an error of the log that is no outage is a failure of the service', async () => {
  const { readings, log, failed } = await startTestBridge(createTestLog())
  log.fail(new Error('another layout'))
  const failure = expect(failed).rejects.toThrow('another layout')
  expect((await post(readings)).status).toBe(503)
  await failure
})

test('on the embedded log a client’s messages keep their order and their bytes', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bridge-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const settings = { DATA_DIR: folder, KAFKA_TOPIC: 'health_stream', KAFKA_PARTITIONS: 2, LOG_RETENTION_HOURS: 1 }
  const log = await openLog(settings, { logger: createLogger('silent'), clientId: 'kafka-bridge' })
  const { mqttPort, stop } = await startTestBridge(log)
  const client = await connectAsync({ host: '127.0.0.1', port: mqttPort, reconnectPeriod: 0 })
  onTestFinished(() => client.endAsync(true))
  const numbers = Array.from({ length: 1000 }, (_, i) => String(i))
  await Promise.all(numbers.map((n) => client.publishAsync('health/p001/data', n, { qos: 1 })))
  const ranges = await log.ranges('health_stream')
  const { partition } = ranges.find(({ end }) => end > 0) ?? { partition: 0 }
  const stored = await log.read('health_stream', partition, 0, 1000)
  expect(stored.map(({ value }) => Buffer.from(value ?? []).toString())).toEqual(numbers)
  await stop()
})
