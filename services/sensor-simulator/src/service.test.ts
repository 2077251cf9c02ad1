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
  const before = Date.now()
  const broker = await startTestBroker(gone.port)
  await vi.waitFor(() => expect(broker.received.length).toBeGreaterThan(5))
  const [first = ''] = broker.received
  expect(Date.parse(JSON.parse(first).measured_at)).toBeGreaterThanOrEqual(before)
})

test('a trace is sent in place of patients, and then the service idles', async () => {
  const broker = await startTestBroker()
  const trace = fileURLToPath(new URL('../../../data/samples/uom-2303.csv', import.meta.url))
  const { stop } = await start({ MQTT_PORT: String(broker.port), SIM_TRACE: trace, SIM_TRACE_SPEED: '0' })
  await vi.waitFor(() => expect(broker.received).toHaveLength(5960))
  expect(broker.received.every((text) => text.startsWith('{"patient_id":"uom-2303"'))).toBe(true)
  await stop()
})

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

const secret = 'secret-of-the-simulator'

test('where there are tokens it signs in with the first that may send', async () => {
  const broker = await startTestBroker()
  const tokens = `nurse:read:${secret}-1,old:ingest:${secret}-2:2026-01-01T00:00:00Z,sim:ingest+read:${secret},b:ingest:${secret}-3`
  const { waitingFor } = await start({ MQTT_PORT: String(broker.port), API_TOKENS: tokens })
  await vi.waitFor(() => expect(waitingFor()).toBeNull())
  expect(broker.passwords).toEqual([secret])
})

test('a user in MQTT_URL goes before the tokens', async () => {
  const broker = await startTestBroker()
  const url = `mqtt://someone:b%40d%3Aword@127.0.0.1:${broker.port}`
  const { waitingFor } = await start({ MQTT_URL: url, API_TOKENS: `sim:ingest:${secret}` })
  await vi.waitFor(() => expect(waitingFor()).toBeNull())
  expect(broker.passwords).toEqual(['b@d:word'])
})

test('a user in MQTT_URL with a % that is no escape is refused, and not shown', async () => {
  const starting = start({ MQTT_URL: 'mqtt://someone:100%secret@127.0.0.1:1883' })
  await expect(starting).rejects.toThrow(/^MQTT_URL has a % .* write %25\.$/)
})

test('without tokens it signs in with nothing', async () => {
  const broker = await startTestBroker()
  const { waitingFor } = await start({ MQTT_PORT: String(broker.port) })
  await vi.waitFor(() => expect(waitingFor()).toBeNull())
  expect(broker.passwords).toEqual([undefined])
})

test.each([
  ['of that role', `nurse:read:${secret}`, /no token of API_TOKENS has the role ingest\. Add one/],
  ['that has not expired', `old:ingest:${secret}:2020-01-01T00:00:00Z`, /role ingest and has not expired\. Add one/],
])('where there are tokens but none %s, the start is refused with what to add', async (_which, tokens, message) => {
  await expect(start({ API_TOKENS: tokens })).rejects.toThrow(ConfigError)
  await expect(start({ API_TOKENS: tokens })).rejects.toThrow(message)
  await start({ API_TOKENS: tokens, SIM_PATIENTS: '0' })
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
