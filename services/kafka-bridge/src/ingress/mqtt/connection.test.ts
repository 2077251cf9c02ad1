import { Duplex } from 'node:stream'
import { generate, type IConnectPacket, type Packet, parser } from 'mqtt-packet'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { anIngress, anOutage, createTestLog, textsOf } from '../../bridge.fixture.ts'
import { openMqttConnection } from './connection.ts'
import { createMqttNews } from './news.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => void vi.useRealTimers())

interface OpenOptions {
  maxBytes?: number
  /** Whether the client reads what it is sent. */
  reads?: boolean
}

/** A connection over a stream in place of a socket. */
function openConnection({ maxBytes = 1e9, reads = true }: OpenOptions = {}) {
  const log = createTestLog()
  const append = vi.spyOn(log, 'append')
  const ingress = anIngress(log, maxBytes)
  const refused = vi.spyOn(ingress.metrics, 'refused')
  const written: Buffer[] = []
  const stream = new Duplex({
    highWaterMark: 100,
    read() {},
    write(chunk: Buffer, _encoding, done) {
      written.push(chunk)
      if (reads) done()
    },
  })
  const connection = openMqttConnection(stream, {
    ingress,
    sharedTopic: 'health/data',
    news: createMqttNews(ingress, 'health/data'),
    onSignedIn() {},
  })
  let protocolVersion = 4

  return {
    log,
    append,
    written,
    stream,
    connection,
    /** All in one chunk. */
    send(...packets: (Packet | Buffer)[]) {
      const bytes = packets.map((packet) => {
        if (Buffer.isBuffer(packet)) return packet
        if (packet.cmd === 'connect') protocolVersion = packet.protocolVersion ?? 4
        return generate(packet, { protocolVersion })
      })
      stream.push(Buffer.concat(bytes))
    },
    /** What the client was answered, without what its parser adds. */
    answers(): object[] {
      const found: object[] = []
      parser({ protocolVersion })
        .on('packet', ({ cmd, messageId, ...rest }) => {
          const codes = ['returnCode', 'reasonCode', 'granted', 'properties'] as const
          const given = codes.flatMap((code) =>
            code in rest ? [[code, rest[code as keyof typeof rest]] as const] : [],
          )
          found.push({ cmd, ...(messageId === undefined ? {} : { messageId }), ...Object.fromEntries(given) })
        })
        .parse(Buffer.concat(written))
      return found
    },
    refusals: () => refused.mock.calls.map(([, reason]) => reason),
  }
}

const connect = (changes: Partial<IConnectPacket> = {}): Packet => ({
  cmd: 'connect',
  clientId: 'c',
  protocolVersion: 4,
  clean: true,
  keepalive: 10,
  ...changes,
})
const publish = (messageId: number, payload = `${messageId}`, qos: 0 | 1 | 2 = 1): Packet => ({
  cmd: 'publish',
  topic: 'health/p1/data',
  payload,
  qos,
  messageId,
  dup: false,
  retain: false,
})
const release = (messageId: number): Packet => ({ cmd: 'pubrel', messageId })
const ping: Packet = { cmd: 'pingreq' }
const welcome = { cmd: 'connack', returnCode: 0 }

test('messages that come together go to the log together, and are acknowledged in one write, in their order', async () => {
  const { send, log, append, written, answers } = openConnection()
  send(connect())
  send(publish(7), publish(3), publish(5, '5', 0), ping, publish(9))
  await vi.waitFor(() => expect(answers()).toHaveLength(5))
  expect(append).toHaveBeenCalledTimes(1)
  expect(textsOf(log.appended)).toEqual(['p1: 7', 'p1: 3', 'p1: 5', 'p1: 9'])
  expect(answers()).toEqual([
    welcome,
    { cmd: 'pingresp' },
    ...[7, 3, 9].map((messageId) => ({ cmd: 'puback', messageId })),
  ])
  expect(written).toHaveLength(3)
})

test.each<[string, Packet[]]>([
  ['a message before CONNECT', [publish(1)]],
  ['a ping before CONNECT', [ping]],
  ['a second CONNECT', [connect(), connect()]],
  ['an answer that only a server gives', [connect(), { cmd: 'connack', returnCode: 0, sessionPresent: false }]],
  ['an acknowledgement of nothing', [connect(), { cmd: 'puback', messageId: 1 }]],
  ['a release before the message was received', [connect(), publish(1, '1', 2), release(1)]],
])('%s ends the connection, and is counted', async (_name, packets) => {
  const { send, stream, refusals } = openConnection()
  send(...packets)
  await vi.waitFor(() => expect(stream.destroyed).toBe(true))
  expect(refusals()).toEqual(['invalid'])
})

const action = { type: 'acknowledge', patient_id: 'p1', alert_id: 'p1:glucose:low:1', by: 'device', note: null }
test.each([
  ['as it is written', JSON.stringify(action)],
  ['in disguise', JSON.stringify(action).replace('alert_id', '\\u0061lert_id')],
])('a device cannot acknowledge an alert, %s', async (_name, payload) => {
  const { send, log, stream, refusals } = openConnection()
  send(connect(), publish(1, '1'), publish(2, payload))
  await vi.waitFor(() => expect(stream.destroyed).toBe(true))
  await vi.waitFor(() => expect(textsOf(log.appended)).toEqual(['p1: 1']))
  expect(refusals()).toEqual(['alert_action'])
})

test('what came before a violation is stored, what comes behind is not', async () => {
  const { send, log, stream } = openConnection()
  send(connect(), publish(1, '1', 0), publish(2), connect(), publish(3))
  await vi.waitFor(() => expect(stream.destroyed).toBe(true))
  await vi.waitFor(() => expect(textsOf(log.appended)).toEqual(['p1: 1', 'p1: 2']))
})

test('a message is stored though the client disconnects right behind it, which is no refusal', async () => {
  const { send, log, stream, refusals } = openConnection()
  send(connect(), publish(1, '1', 0), { cmd: 'disconnect' }, publish(2))
  await vi.waitFor(() => expect(stream.destroyed).toBe(true))
  await vi.waitFor(() => expect(textsOf(log.appended)).toEqual(['p1: 1']))
  expect(refusals()).toEqual([])
})

test('with quality of service 2 a message that is sent again before its release is stored once', async () => {
  const { send, log, answers } = openConnection()
  const letGo = log.hold()
  send(connect(), publish(1, 'a', 2))
  send(publish(1, 'a', 2))
  await vi.waitFor(() => expect(answers()).toEqual([welcome]))
  letGo()
  const received = { cmd: 'pubrec', messageId: 1 }
  await vi.waitFor(() => expect(answers()).toEqual([welcome, received]))
  send(publish(1, 'a', 2))
  await vi.waitFor(() => expect(answers()).toEqual([welcome, received, received]))
  send(release(1), release(1))
  const complete = { cmd: 'pubcomp', messageId: 1 }
  await vi.waitFor(() => expect(answers()).toEqual([welcome, received, received, complete, complete]))
  send(publish(1, 'b', 2))
  await vi.waitFor(() => expect(textsOf(log.appended)).toEqual(['p1: a', 'p1: b']))
})

test('after an outage nothing is acknowledged, and the connection is counted once', async () => {
  const { send, log, answers, stream, refusals } = openConnection()
  log.fail(anOutage())
  send(connect(), publish(1))
  send(publish(2), publish(3))
  await vi.waitFor(() => expect(stream.destroyed).toBe(true))
  expect(answers()).toEqual([welcome])
  expect(refusals()).toEqual(['log_unavailable'])
})

test('who says nothing is cut off after ten seconds', async () => {
  const { connection, stream, refusals } = openConnection()
  vi.advanceTimersByTime(10_000)
  connection.look()
  expect(stream.destroyed).toBe(false)
  vi.advanceTimersByTime(1)
  connection.look()
  expect(stream.destroyed).toBe(true)
  expect(refusals()).toEqual(['aborted'])
})

test.each([
  { keepalive: 10, silentMs: 14_000, isCut: false },
  { keepalive: 10, silentMs: 16_000, isCut: true },
  { keepalive: 0, silentMs: 1e9, isCut: false },
])('a keep-alive of $keepalive s and a silence of $silentMs ms', async ({ keepalive, silentMs, isCut }) => {
  const { send, connection, answers, stream } = openConnection()
  vi.advanceTimersByTime(5000)
  send(connect({ keepalive }))
  await vi.waitFor(() => expect(answers()).toEqual([welcome]))
  vi.advanceTimersByTime(silentMs)
  connection.look()
  expect(stream.destroyed).toBe(isCut)
})

test('whoever waits for an acknowledgement may be silent', async () => {
  const { send, log, connection, append, answers, stream } = openConnection()
  const letGo = log.hold()
  send(connect(), publish(1))
  await vi.waitFor(() => expect(append).toHaveBeenCalled())
  vi.advanceTimersByTime(60_000)
  connection.look()
  expect(stream.destroyed).toBe(false)
  letGo()
  await vi.waitFor(() => expect(answers()).toHaveLength(2))
})

test('nothing more is read while very much of a client waits for the log', async () => {
  const { send, log, stream, answers, append } = openConnection()
  const letGo = log.hold()
  send(connect())
  for (let id = 1; id <= 100; id++) send(publish(id, 'x'.repeat(60_000)))
  await vi.waitFor(() => expect(append).toHaveBeenCalled())
  await vi.waitFor(() => expect(stream.isPaused()).toBe(true))
  expect(append.mock.calls.length).toBeLessThan(10)
  letGo()
  await vi.waitFor(() => expect(answers()).toHaveLength(101))
  expect(log.appended).toHaveLength(100)
})

test('nothing more is read while a client does not read its answers', async () => {
  const { send, stream, connection } = openConnection({ reads: false })
  send(connect())
  for (let n = 0; n < 1000; n++) send(ping)
  await vi.waitFor(() => expect(stream.isPaused()).toBe(true))
  expect(stream.writableLength).toBeLessThan(200)
  vi.advanceTimersByTime(16_000)
  connection.look()
  expect(stream.destroyed).toBe(true)
})

test('a message that is too much for all together ends its connection', async () => {
  const { send, log, stream, refusals } = openConnection({ maxBytes: 1000 })
  send(connect(), publish(1, 'x'.repeat(1000)))
  await vi.waitFor(() => expect(stream.destroyed).toBe(true))
  expect(refusals()).toEqual(['overloaded'])
  expect(log.appended).toEqual([])
})

test.each<[string, Partial<IConnectPacket>, object]>([
  ['3.1', { protocolVersion: 3, protocolId: 'MQIsdp' }, welcome],
  ['3.1.1, no name', { clientId: '' }, welcome],
  ['3.1.1, an endless name', { clientId: 'x'.repeat(257) }, { cmd: 'connack', returnCode: 2 }],
  ['5', { protocolVersion: 5 }, { cmd: 'connack', reasonCode: 0 }],
  ['5, an endless name', { protocolVersion: 5, clientId: 'x'.repeat(257) }, { cmd: 'connack', reasonCode: 0x85 }],
])('how a client is answered: MQTT %s', async (_name, changes, answer) => {
  const { send, answers } = openConnection()
  send(connect(changes))
  await vi.waitFor(() => expect(answers()).toEqual([answer]))
})

test.each([
  ['3.1', '\x10\x0e\0\x06MQIsdp\x03\x02\0\0\0\0'],
  ['3.1.1, for a session', '\x10\x0c\0\x04MQTT\x04\0\0\0\0\0'],
])('no name is refused where one is asked for: MQTT %s', async (_name, bytes) => {
  const { send, answers, stream, refusals } = openConnection()
  send(Buffer.from(bytes))
  await vi.waitFor(() => expect(stream.destroyed).toBe(true))
  expect(answers()).toEqual([{ cmd: 'connack', returnCode: 2 }])
  expect(refusals()).toEqual(['invalid'])
})

test('a client of MQTT 5 without a name hears which one it has', async () => {
  const { send, answers, connection } = openConnection()
  send(connect({ protocolVersion: 5, clientId: '' }))
  await vi.waitFor(() => expect(answers()).toHaveLength(1))
  expect(connection.id).toMatch(/^assigned-/)
  expect(answers()).toEqual([
    { cmd: 'connack', reasonCode: 0, properties: { assignedClientIdentifier: connection.id } },
  ])
})

test('subscriptions are refused one by one, and ended ones were none', async () => {
  const { send, answers, refusals } = openConnection()
  const subscriptions = ['a', 'b/#'].map((topic) => ({ topic, qos: 1 as const, nl: false, rap: false, rh: 0 }))
  send(connect({ protocolVersion: 5 }), { cmd: 'subscribe', messageId: 1, subscriptions })
  send({ cmd: 'unsubscribe', messageId: 2, unsubscriptions: ['a'] })
  await vi.waitFor(() => expect(answers()).toHaveLength(3))
  expect(answers().slice(1)).toMatchObject([
    { cmd: 'suback', messageId: 1, granted: [0x80, 0x80] },
    { cmd: 'unsuback', messageId: 2, granted: [0x11] },
  ])
  expect(refusals()).toEqual(['subscription', 'subscription'])
})
