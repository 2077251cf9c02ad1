// The log and the views away: at the start, stopped for a while, emptied.
import assert from 'node:assert/strict'
import { readAlerts } from '@health/views'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runScript } from '../e2e/processes.ts'
import { until } from '../e2e/until.ts'
import { createFaultSystem, type FaultSystem, serviceNames } from './fault-system.ts'
import { memoryOf, type Observer, observe, post, timesLogged } from './faults.fixture.ts'

describe('outages', () => {
  let system: FaultSystem
  let observer: Observer
  beforeAll(async () => {
    system = await createFaultSystem()
  })
  afterAll(async () => {
    await observer?.close()
    await system?.close()
  })

  test('services that start before Kafka and Redis are there wait, say so once, are not ready, and begin when they come', async () => {
    const services = serviceNames.map((name) => system.services[name])
    await Promise.all(services.map((service) => service.start()))
    await Promise.all(
      services.map((service) =>
        until(async () => assert.match((await service.waitingFor()) ?? '', /Kafka|Redis/, service.name)),
      ),
    )
    expect(await post(system.ingest, '{"patient_id":"p0","measured_at":1,"glucose_mgdl":100}')).toBe(503)
    for (const service of services) {
      expect(service.ownExits(), service.name).toBe(0)
      expect(timesLogged(service, '"msg":"Kafka is away'), service.name).toBeLessThanOrEqual(1)
      expect(timesLogged(service, '"msg":"Waiting for Redis'), service.name).toBeLessThanOrEqual(1)
      const said = timesLogged(service, '"msg":"Kafka is away') + timesLogged(service, '"msg":"Waiting for Redis')
      expect(said, `${service.name} says what it waits for`).toBeGreaterThan(0)
    }

    await system.redis.start()
    await system.kafka.start()
    observer = await observe(system)
    await observer.send(100)
    await system.allReady()
    await observer.expectNothingLostOrDoubled()
  })

  test('while Kafka is stopped the bridge answers 503 within seconds and buffers nothing; then all go on', async () => {
    const bridge = system.services['kafka-bridge']
    const line = JSON.stringify({
      patient_id: 'p1',
      measured_at: Date.now(),
      glucose_mgdl: 100,
      note: 'x'.repeat(40_000),
    })
    const body = Array.from({ length: 20 }, () => line).join('\n')
    const rounds = 10
    const before = await memoryOf(bridge)
    system.kafka.freeze()
    const begun = Date.now()
    // 800 MB in all: far more than may wait at any time.
    for (let round = 0; round < rounds; round++) {
      const statuses = await Promise.all(Array.from({ length: 100 }, () => post(system.ingest, body)))
      expect(new Set(statuses)).toEqual(new Set([503]))
    }
    expect((Date.now() - begun) / rounds, 'for an answer, on average').toBeLessThan(15_000)
    expect((await memoryOf(bridge)) - before, 'MB kept of 800').toBeLessThan(500)
    expect(await bridge.waitingFor()).toMatch(/Kafka/)
    system.kafka.thaw()
    await observer.send(200)
    await system.allReady()
    await observer.expectNothingLostOrDoubled()
  })

  test('views that are flushed while it runs are rebuilt from the log, with the same alerts and exact days', async () => {
    const run = () => runScript('batch.ts', ['--json'], system.env)
    await observer.viewsCaughtUp()
    const alerts = await readAlerts(observer.views, system.partitions, 3000)
    expect(alerts.length).toBeGreaterThan(0)
    expect((await run()).code).toBe(0)
    const redis = new Redis(system.env['REDIS_URL'] ?? '')
    await redis.flushall()
    redis.disconnect()
    await observer.viewsCaughtUp()
    expect(await readAlerts(observer.views, system.partitions, 3000)).toEqual(alerts)
    await observer.expectDaysExact()
    await observer.send(100)
    expect((await run()).code).toBe(0)
    await observer.expectDaysExact()
    await observer.expectNothingLostOrDoubled()
  })
})
