import { fileURLToPath } from 'node:url'
import { ConfigError, createLogger, createMetrics, type Service } from '@health/runtime'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startTestBroker } from './broker.fixture.ts'
import { brokerUrl, settings } from './config.ts'
import { startSensorSimulator } from './service.ts'

async function start(env: Record<string, string>) {
  const metrics = createMetrics('sensor-simulator')
  const context = { logger: createLogger('silent'), metrics, now: Date.now }
  const service: Service = await startSensorSimulator(settings.parse(env), context)
  let stopping: Promise<void> | undefined
  const stop = () => {
    stopping ??= service.stop()
    return stopping
  }
  onTestFinished(stop)
  return { ...service, stop, metrics: () => metrics.metrics() }
}

test('five patients send to the broker on this machine', async () => {
  const broker = await startTestBroker()
  const { waitingFor, stop, metrics } = await start({ MQTT_PORT: String(broker.port), SIM_INTERVAL_MS: '50' })
  await vi.waitFor(() => expect(broker.received.length).toBeGreaterThan(20))
  expect(waitingFor()).toBeNull()
  const ids = broker.received.map((text) => /"(?:patient_id|sensor_id)":"([^"]*)"/.exec(text)?.[1])
  expect(new Set(ids)).toEqual(new Set(['p001', 'p002', 'p003', 'p004', 'sensor_001']))
  await stop()
  expect(await metrics()).toContain(`simulator_published_total{service="sensor-simulator"} ${broker.received.length}`)
})

test('without a broker it waits and says for which; the patients’ lives begin when it is there', async () => {
  const gone = await startTestBroker()
  await gone.stop()
  const { waitingFor } = await start({ MQTT_URL: gone.url, SIM_INTERVAL_MS: '50' })
  await vi.waitFor(() => expect(waitingFor()).toBe(`the MQTT broker at ${gone.url}`))
  const broker = await startTestBroker(gone.port)
  await vi.waitFor(() => expect(broker.received.length).toBeGreaterThan(5), { timeout: 10_000 })
  const [first = ''] = broker.received
  expect(Date.now() - Date.parse(JSON.parse(first).measured_at)).toBeLessThan(5000)
}, 20_000)

test('a trace is sent in place of patients, and then the service idles', async () => {
  const broker = await startTestBroker()
  const trace = fileURLToPath(new URL('../../../data/samples/uom-2303.csv', import.meta.url))
  const { stop } = await start({ MQTT_PORT: String(broker.port), SIM_TRACE: trace, SIM_TRACE_SPEED: '0' })
  await vi.waitFor(() => expect(broker.received).toHaveLength(5960), { timeout: 20_000 })
  expect(broker.received.every((text) => text.startsWith('{"patient_id":"uom-2303"'))).toBe(true)
  await stop()
}, 30_000)

test('a trace that cannot be read stops the start, naming the setting', async () => {
  const starting = start({ SIM_TRACE: '/nowhere.csv' })
  await expect(starting).rejects.toThrow(ConfigError)
  await expect(starting).rejects.toThrow('SIM_TRACE is "/nowhere.csv", but there is no such file.')
})

test('with neither patients nor a trace it idles and needs no broker', async () => {
  const { waitingFor } = await start({ SIM_PATIENTS: '0', MQTT_PORT: '1' })
  expect(waitingFor()).toBeNull()
})

test('a broker elsewhere goes before the port of this machine', () => {
  expect(brokerUrl(settings.parse({ MQTT_PORT: '1884' }))).toBe('mqtt://127.0.0.1:1884')
  expect(brokerUrl(settings.parse({ MQTT_PORT: '1884', MQTT_URL: 'mqtts://broker:8883' }))).toBe('mqtts://broker:8883')
})

test.each([
  ['MQTT_URL', 'http://127.0.0.1', 'mqtt://'],
  ['MQTT_TOPIC', 'health/#', 'without wildcards'],
  ['SIM_PATIENTS', '-1', '0 to 100000'],
  ['SIM_FAULT_RATE', '2', '0 to 1'],
  ['SIM_SPEED', '0', '0.1 to 1000'],
])('%s=%s is refused', (name, value, allowed) => {
  expect(settings.safeParse({ [name]: value }).error?.issues[0]?.message).toContain(allowed)
})
