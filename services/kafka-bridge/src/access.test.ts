// Who may send: with tokens set, nothing is taken without the secret of one that has the role ingest.
import { once } from 'node:events'
import { request } from 'node:http'
import { connect as connectSocket } from 'node:net'
import { connectAsync, type MqttClient } from 'mqtt'
import { expect, onTestFinished, test, vi } from 'vitest'
import { aMessage, createTestLog, startTestBridge } from './bridge.fixture.ts'

const phone = 'secret-of-the-phone'
const nurse = 'secret-of-the-nurse'
const visitor = 'secret-of-the-visitor'
const end = Date.parse('2026-11-24T01:00:00Z')
const tokens = `phone:ingest:${phone},nurse:read:${nurse},visitor:ingest:${visitor}:2026-11-24T01:00:00Z`
const body = JSON.stringify(aMessage())

async function startGuarded() {
  const clock = { now: end - 1 }
  const log = createTestLog()
  return { clock, ...(await startTestBridge(log, { tokens, now: () => clock.now })) }
}

const post = (url: string, secret?: string, headers: Record<string, string> = {}) =>
  fetch(url, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      ...(secret === undefined ? {} : { authorization: `Bearer ${secret}` }),
      ...headers,
    },
  })

const refusals = (text: string) =>
  Object.fromEntries(
    [...text.matchAll(/^ingest_refused_total\{transport="(\w+)",reason="(\w+)".*\} (\d+)$/gm)].map(
      ([, transport, reason, count]) => [`${transport} ${reason}`, Number(count)],
    ),
  )

async function connect(port: number, password?: string): Promise<MqttClient> {
  const credentials = password === undefined ? {} : { username: 'anyone', password }
  const client = await connectAsync({ host: '127.0.0.1', port, reconnectPeriod: 0, ...credentials })
  client.on('error', () => {})
  onTestFinished(() => client.endAsync(true))
  return client
}

/** `null` when connected; else the return code of MQTT 3.1.1. */
const returnCode = (port: number, password?: string): Promise<unknown> =>
  connect(port, password).then(
    () => null,
    (error: { code?: unknown }) => error.code,
  )
const closed = (client: MqttClient) => new Promise<void>((resolve) => client.once('close', resolve))

test('by HTTP the token with the role ingest is let in, others are told what is wrong and counted', async () => {
  const { readings, log, metrics, clock } = await startGuarded()
  expect((await post(readings, phone)).status).toBe(202)
  expect((await post(readings, visitor)).status).toBe(202)
  clock.now = end
  const statuses = []
  for (const secret of [undefined, 'a-secret-of-elsewhere', visitor, nurse])
    statuses.push((await post(readings, secret)).status)
  expect(statuses).toEqual([401, 401, 401, 403])
  expect(log.appended).toHaveLength(2)
  expect(refusals(await metrics())).toEqual({
    'http missing_token': 1,
    'http unknown_token': 1,
    'http expired_token': 1,
    'http other_role': 1,
  })
})

test('by HTTP a refusal comes before anything of the body is read', async () => {
  const { ingestPort, log } = await startGuarded()
  const sender = request({
    port: ingestPort,
    path: '/readings',
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-length': 1000 },
  })
  sender.on('error', () => {})
  sender.flushHeaders()
  const [response] = await once(sender, 'response')
  expect(response.statusCode).toBe(401)
  expect(log.appended).toEqual([])
  sender.destroy()
})

test('by HTTP a sender in the middle of a large body gets the answer, not a cut connection', async () => {
  const { readings } = await startGuarded()
  for (let n = 0; n < 5; n++) {
    const response = await fetch(readings, { method: 'POST', body: Buffer.alloc(8_000_000, ' ') })
    expect(response.status).toBe(401)
  }
})

test('a page in a browser is refused before its token is looked at', async () => {
  const { readings, metrics } = await startGuarded()
  const response = await post(readings, 'a-guess', { origin: 'http://localhost:3000' })
  expect([response.status, await response.json()]).toEqual([
    403,
    expect.objectContaining({ title: 'Not for web pages' }),
  ])
  expect(refusals(await metrics())).toEqual({ 'http origin': 1 })
})

test('by MQTT the password is the token, whatever the user is called', async () => {
  const { mqttPort, log, metrics, clock } = await startGuarded()
  const client = await connect(mqttPort, phone)
  await client.publishAsync('health/data', body, { qos: 1 })
  expect(log.appended).toHaveLength(1)
  clock.now = end
  expect(await returnCode(mqttPort)).toBe(4)
  expect(await returnCode(mqttPort, 'a-secret-of-elsewhere')).toBe(4)
  expect(await returnCode(mqttPort, visitor)).toBe(4)
  expect(await returnCode(mqttPort, nurse)).toBe(5)
  expect(refusals(await metrics())).toEqual({
    'mqtt missing_token': 1,
    'mqtt unknown_token': 1,
    'mqtt expired_token': 1,
    'mqtt other_role': 1,
  })
})

test('guesses by HTTP and MQTT count together; after ten the address is refused, its known devices are not', async () => {
  const { mqttPort, readings, clock } = await startGuarded()
  const client = await connect(mqttPort, visitor)
  for (let n = 0; n < 5; n++) {
    expect((await post(readings, `guess-${n}`)).status).toBe(401)
    expect(await returnCode(mqttPort, `guess-${n + 5}`)).toBe(4)
  }
  expect(await returnCode(mqttPort, phone)).toBe(5)
  const response = await post(readings, phone)
  expect([response.status, response.headers.get('retry-after')]).toEqual([429, '60'])
  await client.publishAsync('health/data', body, { qos: 1 })
  expect((await post(readings, visitor)).status).toBe(202)
  clock.now += 60_000
  expect(await returnCode(mqttPort, phone)).toBeNull()
})

test('what is sent behind a refused CONNECT is not stored', async () => {
  const { mqttPort, log } = await startGuarded()
  const socket = connectSocket(mqttPort, '127.0.0.1')
  socket.on('error', () => {})
  const topic = Buffer.from('\0\x0bhealth/data')
  const publish = Buffer.concat([Buffer.of(0x30, topic.length + 2), topic, Buffer.from('{}')])
  const hello = Buffer.from('\x10\x0d\0\x04MQTT\x04\x02\0\x3c\0\x01c', 'latin1')
  socket.write(Buffer.concat([hello, publish, publish]))
  const answer: Buffer[] = []
  socket.on('data', (chunk: Buffer) => answer.push(chunk))
  await once(socket, 'close')
  expect(Buffer.concat(answer)).toEqual(Buffer.of(0x20, 2, 0, 4))
  expect(log.appended).toEqual([])
})

test('a connection whose token has ended is closed at its next message, which is not stored', async () => {
  const { mqttPort, log, clock, metrics } = await startGuarded()
  const client = await connect(mqttPort, visitor)
  await client.publishAsync('health/data', body, { qos: 1 })
  clock.now = end
  client.publish('health/data', body, { qos: 1 })
  await closed(client)
  expect(log.appended).toHaveLength(1)
  expect(refusals(await metrics())).toEqual({ 'mqtt expired_token': 1 })
})

test('a connection whose token has ended is closed even when it is idle; others stay', async () => {
  const { mqttPort, clock, metrics } = await startGuarded()
  const [idle, other] = [await connect(mqttPort, visitor), await connect(mqttPort, phone)]
  clock.now = end
  await closed(idle)
  expect(other.connected).toBe(true)
  await vi.waitFor(async () => expect(refusals(await metrics())).toEqual({ 'mqtt expired_token': 1 }))
})

test('refused devices are told of once for each address and reason, without their passwords', async () => {
  const { mqttPort, warnings } = await startGuarded()
  for (let n = 0; n < 3; n++) await returnCode(mqttPort, 'a-secret-of-elsewhere')
  await returnCode(mqttPort, nurse)
  expect(warnings()).toEqual([
    [
      expect.objectContaining({ reason: 'unknown_token', address: '127.0.0.1' }),
      expect.stringContaining('role ingest'),
    ],
    [expect.objectContaining({ reason: 'other_role' }), expect.any(String)],
  ])
  expect(JSON.stringify(warnings())).not.toContain('secret-of')
})

test('without tokens every password is taken', async () => {
  const { mqttPort, readings } = await startTestBridge(createTestLog())
  expect(await returnCode(mqttPort, 'whatever')).toBeNull()
  expect((await post(readings, 'whatever')).status).toBe(202)
})
