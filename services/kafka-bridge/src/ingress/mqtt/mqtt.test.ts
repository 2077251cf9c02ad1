import { once } from 'node:events'
import { connect as connectSocket } from 'node:net'
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt'
import { expect, onTestFinished, test, vi } from 'vitest'
import { aMessage, anOutage, createTestLog, startTestBridge, textsOf } from '../../bridge.fixture.ts'

async function connect(port: number, options: IClientOptions = {}): Promise<MqttClient> {
  const client = await connectAsync({ host: '127.0.0.1', port, reconnectPeriod: 0, ...options })
  client.on('error', () => {})
  onTestFinished(() => client.endAsync(true))
  return client
}

const closed = (client: MqttClient) => new Promise<void>((resolve) => client.once('close', resolve))
const text = JSON.stringify(aMessage())

test('takes messages of every quality of service, unchanged', async () => {
  const { mqttPort, log, metrics } = await startTestBridge(createTestLog())
  const client = await connect(mqttPort)
  const python =
    '{"sensor_id":"sensor_001","timestamp":1700000000.123,"heart_rate":72,"glucose_level":110,"temperature":36.6}'
  await client.publishAsync('health/data', python, { qos: 0 })
  await client.publishAsync('health/data', ` ${text}\n`, { qos: 1 })
  await client.publishAsync('health/p007/data', '{broken', { qos: 2 })
  await client.publishAsync('health/data', '', { qos: 1 })
  expect(textsOf(log.appended)).toEqual([`sensor_001: ${python}`, `p001:  ${text}\n`, 'p007: {broken', 'null: '])
  expect(await metrics()).toContain('ingest_records_accepted_total{transport="mqtt",service="kafka-bridge"} 4')
})

test('acknowledges only once the log has the message', async () => {
  const { mqttPort, log } = await startTestBridge(createTestLog())
  const client = await connect(mqttPort)
  const release = log.hold()
  const append = vi.spyOn(log, 'append')
  const acknowledged = vi.fn()
  const published = client.publishAsync('health/data', text, { qos: 1 }).then(acknowledged)
  await vi.waitFor(() => expect(append).toHaveBeenCalled())
  expect(acknowledged).not.toHaveBeenCalled()
  release()
  await published
  expect(log.appended).toHaveLength(1)
})

test('keeps the order of each client', async () => {
  const { mqttPort, log } = await startTestBridge(createTestLog())
  const clients = await Promise.all([connect(mqttPort), connect(mqttPort)])
  const numbers = Array.from({ length: 300 }, (_, i) => String(i))
  await Promise.all(
    clients.flatMap((client, c) => numbers.map((n) => client.publishAsync(`health/p${c}/data`, n, { qos: 1 }))),
  )
  for (const c of [0, 1]) {
    const own = textsOf(log.appended).filter((record) => record.startsWith(`p${c}: `))
    expect(own).toEqual(numbers.map((n) => `p${c}: ${n}`))
  }
})

test('an outage ends the connection without an acknowledgement', async () => {
  const { mqttPort, log, waitingFor, metrics } = await startTestBridge(createTestLog())
  const client = await connect(mqttPort)
  log.fail(anOutage())
  const acknowledged = vi.fn()
  client.publish('health/data', text, { qos: 1 }, (error) => !error && acknowledged())
  await closed(client)
  expect(acknowledged).not.toHaveBeenCalled()
  expect(waitingFor()).toBe(anOutage().message)
  expect(await metrics()).toContain('ingest_refused_total{transport="mqtt",reason="log_unavailable"')
})

test('a client that reconnects after an outage gets its message through', async () => {
  const { mqttPort, log } = await startTestBridge(createTestLog())
  const client = await connect(mqttPort, { reconnectPeriod: 10 })
  log.fail(anOutage())
  const published = client.publishAsync('health/data', text, { qos: 1 })
  await closed(client)
  log.fail(null)
  await published
  expect(textsOf(log.appended)).toEqual([`p001: ${text}`])
})

test('another topic is refused', async () => {
  const { mqttPort, log, metrics } = await startTestBridge(createTestLog())
  const client = await connect(mqttPort)
  client.publish('health/../data', text, { qos: 1 })
  await closed(client)
  expect(log.appended).toEqual([])
  expect(await metrics()).toContain('ingest_refused_total{transport="mqtt",reason="topic"')
})

test('a subscription is refused, and the connection stays', async () => {
  const { mqttPort, log, metrics } = await startTestBridge(createTestLog())
  const client = await connect(mqttPort)
  await expect(client.subscribeAsync('health/data')).rejects.toThrow('Subscribe error')
  const received = vi.fn()
  client.on('message', received)
  await client.publishAsync('health/data', text, { qos: 1 })
  expect(log.appended).toHaveLength(1)
  expect(received).not.toHaveBeenCalled()
  expect(await metrics()).toContain('ingest_refused_total{transport="mqtt",reason="subscription"')
})

test('takes 64 KiB and refuses more', async () => {
  const { mqttPort, log, metrics } = await startTestBridge(createTestLog())
  const client = await connect(mqttPort)
  await client.publishAsync('health/data', Buffer.alloc(65_536, 'x'), { qos: 1 })
  client.publish('health/data', Buffer.alloc(65_537, 'x'), { qos: 1 })
  await closed(client)
  expect(log.appended.map(({ value }) => value.length)).toEqual([65_536])
  expect(await metrics()).toContain('ingest_refused_total{transport="mqtt",reason="too_large"')
})

test('a packet that announces more is cut off before it is sent', async () => {
  const { mqttPort } = await startTestBridge(createTestLog())
  const socket = connectSocket(mqttPort, '127.0.0.1')
  socket.on('error', () => {})
  socket.write(Buffer.of(0x10, 0xff, 0xff, 0xff, 0x7f))
  await once(socket.resume(), 'close')
})

test('retained messages, wills and sessions are not kept', async () => {
  const { mqttPort, log } = await startTestBridge(createTestLog())
  const will = { topic: 'health/p001/data', payload: Buffer.from('will'), qos: 1 as const, retain: true }
  const client = await connect(mqttPort, { clientId: 'watch', clean: false, will })
  await client.publishAsync('health/data', text, { qos: 1, retain: true })
  client.stream.destroy()
  await closed(client)
  const again = await connect(mqttPort, { clientId: 'watch', clean: false })
  await again.publishAsync('health/data', text, { qos: 1 })
  expect(textsOf(log.appended)).toEqual([`p001: ${text}`, `p001: ${text}`])
})

test.each([
  { name: '3.1', protocolVersion: 3, protocolId: 'MQIsdp' },
  { name: '5', protocolVersion: 5, protocolId: 'MQTT' },
] as const)('takes messages of clients of MQTT $name', async ({ protocolVersion, protocolId }) => {
  const { mqttPort, log } = await startTestBridge(createTestLog())
  const client = await connect(mqttPort, { protocolVersion, protocolId })
  for (const qos of [0, 1, 2] as const) await client.publishAsync('health/data', text, { qos })
  await expect(client.subscribeAsync('health/data')).rejects.toThrow()
  await client.publishAsync('health/p001/data', text, { qos: 1 })
  expect(textsOf(log.appended)).toEqual(Array.from({ length: 4 }, () => `p001: ${text}`))
})

test('who connects with the name of another takes its place', async () => {
  const { mqttPort, log } = await startTestBridge(createTestLog())
  const first = await connect(mqttPort, { clientId: 'watch' })
  const other = await connect(mqttPort, { clientId: 'phone' })
  const firstClosed = closed(first)
  const second = await connect(mqttPort, { clientId: 'watch' })
  await firstClosed
  await second.publishAsync('health/data', text, { qos: 1 })
  const secondClosed = closed(second)
  await connect(mqttPort, { clientId: 'watch' })
  await secondClosed
  expect(other.connected).toBe(true)
  expect(log.appended).toHaveLength(1)
})

const wrongTopic = async (port: number, topic: string) => {
  const client = await connect(port)
  client.publish(topic, text, { qos: 1 })
  await closed(client)
}

test('a wrong topic is told of once an hour, with those that are taken', async () => {
  const clock = { now: 0 }
  const { mqttPort, warnings } = await startTestBridge(createTestLog(), { now: () => clock.now })
  for (const topic of ['sensors/glucose', 'sensors/glucose', `health/${'x'.repeat(10_000)}/data`]) {
    await wrongTopic(mqttPort, topic)
  }
  expect(warnings()).toEqual([
    [
      {
        topic: 'sensors/glucose',
        taken: 'health/data, health/<patient_id>/data',
        address: '127.0.0.1',
        client: expect.stringContaining('mqttjs_'),
      },
      'An MQTT client sends to a topic that is not taken: its connection is closed.',
    ],
    [expect.objectContaining({ topic: `health/${'x'.repeat(249)}` }), expect.any(String)],
  ])
  clock.now = 3_600_000
  await wrongTopic(mqttPort, 'sensors/glucose')
  expect(warnings()).toHaveLength(3)
})

test('ever other wrong topics fill no log', async () => {
  const { mqttPort, warnings } = await startTestBridge(createTestLog())
  for (let n = 0; n < 110; n++) await wrongTopic(mqttPort, `wrong/${n}`)
  expect(warnings()).toHaveLength(100)
})
