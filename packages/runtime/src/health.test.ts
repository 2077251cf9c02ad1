import { createServer } from 'node:http'
import express from 'express'
import { Counter } from 'prom-client'
import { afterAll, afterEach, expect, test } from 'vitest'
import { createHealthHandler, type Health } from './health.ts'
import { listen } from './listen.ts'
import { createMetrics, renderMetrics } from './metrics.ts'

const health: { [K in 'failure' | 'waitingFor']: string | null } = { failure: null, waitingFor: null }
const asked: Health = {
  failure: () => health.failure,
  waitingFor: () => health.waitingFor,
  metrics: async () => 'a 1\n',
}
const server = createServer(express().use(createHealthHandler(asked)))
const address = listen(server, { port: 0, host: '127.0.0.1', variable: 'METRICS_PORT' })
const get = async (path: string) => fetch(`http://127.0.0.1:${await address}${path}`)

afterAll(() => void server.close())
afterEach(() => {
  health.failure = null
  health.waitingFor = null
})

test('a sound process at work answers 200', async () => {
  const healthz = await get('/healthz')
  expect(healthz.status).toBe(200)
  expect(await healthz.json()).toEqual({ healthy: true, failure: null })
  const readyz = await get('/readyz')
  expect(readyz.status).toBe(200)
  expect(await readyz.json()).toEqual({ ready: true, waiting_for: null })
})

test('a process that waits is healthy but not ready, and says for what', async () => {
  health.waitingFor = 'Kafka at 127.0.0.1:9092'
  expect((await get('/healthz')).status).toBe(200)
  const readyz = await get('/readyz')
  expect(readyz.status).toBe(503)
  expect(await readyz.json()).toEqual({ ready: false, waiting_for: 'Kafka at 127.0.0.1:9092' })
})

test('what is asked otherwise, or elsewhere, is not answered', async () => {
  expect((await get('/health')).status).toBe(404)
  const posted = await fetch(`http://127.0.0.1:${await address}/healthz`, { method: 'POST' })
  expect(posted.status).toBe(404)
})

test('a failed process says why', async () => {
  health.failure = 'speed-layer cannot go on'
  const healthz = await get('/healthz')
  expect(healthz.status).toBe(503)
  expect(await healthz.json()).toEqual({ healthy: false, failure: 'speed-layer cannot go on' })
})

test('metrics are plain text', async () => {
  const metrics = await get('/metrics')
  expect(metrics.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
  expect(await metrics.text()).toBe('a 1\n')
})

test('metrics of several services keep apart by their label, those of the process come once', async () => {
  const registries = ['one', 'two'].map((service) => {
    const metrics = createMetrics(service)
    new Counter({ name: 'records_total', help: 'Records.', registers: [metrics] }).inc(service === 'one' ? 1 : 2)
    return metrics
  })
  const text = await renderMetrics(registries)
  expect(text).toContain('records_total{service="one"} 1')
  expect(text).toContain('records_total{service="two"} 2')
  expect(text.match(/# TYPE records_total counter/g)).toHaveLength(1)
  expect(text.match(/^process_cpu_seconds_total /gm)).toHaveLength(1)
  expect(await renderMetrics(registries)).toContain('records_total{service="two"} 2')
})
