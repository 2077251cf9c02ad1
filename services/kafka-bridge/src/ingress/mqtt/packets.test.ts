import { propertyRuns } from '@health/domain/property-runs'
import fc from 'fast-check'
import { generate, type IPublishPacket, type Packet } from 'mqtt-packet'
import { expect, test } from 'vitest'
import { createPacketReader } from './packets.ts'

const connect = (protocolVersion: 3 | 4 | 5) =>
  generate({
    cmd: 'connect',
    clientId: 'c',
    protocolId: protocolVersion === 3 ? 'MQIsdp' : 'MQTT',
    protocolVersion,
    clean: true,
    keepalive: 0,
  })

/** Reads to the end or to the first fault. */
function readAll(chunks: readonly Buffer[]) {
  const read = createPacketReader()
  const packets: Packet[] = []
  for (const chunk of chunks) {
    const { packets: found, fault } = read(chunk)
    packets.push(...found)
    if (fault !== null) return { packets, fault }
  }
  return { packets, fault: null }
}

/** The bytes in pieces of these sizes, over and over. */
function inPieces(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const pieces: Buffer[] = []
  for (let from = 0, i = 0; from < bytes.length; i++) {
    const to = from + (sizes[i % sizes.length] ?? 1)
    pieces.push(bytes.subarray(from, to))
    from = to
  }
  return pieces
}

const message = fc
  .record({
    topic: fc.constantFrom('health/data', 'health/p001/data', 'ä'),
    payload: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    qos: fc.constantFrom(0, 1, 2),
    messageId: fc.integer({ min: 1, max: 65_535 }),
    retain: fc.boolean(),
  })
  .map((fields): IPublishPacket => ({ cmd: 'publish', dup: false, ...fields }) as IPublishPacket)

test('messages are what was sent, in whatever pieces they come, in every version', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(3, 4, 5),
      fc.array(message, { maxLength: 10 }),
      fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 5 }),
      (version, sent, sizes) => {
        const bytes = sent.map((packet) => generate(packet, { protocolVersion: version }))
        const { packets, fault } = readAll(inPieces(Buffer.concat([connect(version as 4), ...bytes]), sizes))
        const contents = ({ topic, payload, qos, messageId }: IPublishPacket) => ({
          topic,
          payload,
          qos,
          messageId: qos === 0 ? undefined : messageId,
        })
        expect(fault).toBeNull()
        expect(packets.slice(1).map((packet) => contents(packet as IPublishPacket))).toEqual(sent.map(contents))
      },
    ),
  )
})

/** Of MQTT 5, with properties. */
const richPackets: readonly Packet[] = [
  {
    cmd: 'connect',
    clientId: 'c',
    protocolVersion: 5,
    username: 'u',
    password: Buffer.from('p'),
    will: { topic: 't', payload: 'p', qos: 1, properties: { willDelayInterval: 5, userProperties: { a: 'b' } } },
    properties: { receiveMaximum: 4, authenticationData: Buffer.from('d'), userProperties: { a: 'b' } },
  },
  {
    cmd: 'publish',
    topic: 'health/data',
    payload: 'p',
    qos: 1,
    dup: false,
    retain: false,
    messageId: 3,
    properties: { topicAlias: 2, correlationData: Buffer.from('c'), userProperties: { a: 'b' } },
  },
  {
    cmd: 'subscribe',
    messageId: 3,
    subscriptions: [{ topic: 't', qos: 1, nl: false, rap: false, rh: 0 }],
    properties: { subscriptionIdentifier: 4 },
  },
  { cmd: 'pubrel', messageId: 3, reasonCode: 0x92, properties: { reasonString: 'r' } },
  { cmd: 'disconnect', reasonCode: 0, properties: { reasonString: 'r' } },
  { cmd: 'auth', reasonCode: 0, properties: { authenticationMethod: 'r' } },
]

test('any bytes are packets or a fault, never an exception', () => {
  const bytes = fc.uint8Array({ maxLength: 200 }).map((each) => Buffer.from(each))
  const damaged = fc
    .tuple(
      fc.constantFrom(...richPackets),
      fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 4 }),
    )
    .map(([packet, damages]) => {
      const whole = generate(packet, { protocolVersion: 5 })
      for (const [at, byte] of damages) whole[at % whole.length] = byte
      return whole
    })
  const start = fc.constantFrom(Buffer.alloc(0), connect(3), connect(4), connect(5))
  fc.assert(
    fc.property(start, fc.array(fc.oneof(damaged, damaged, bytes), { maxLength: 4 }), (first, rest) => {
      const { fault } = readAll([Buffer.concat([first, ...rest])])
      expect([null, 'invalid', 'too_large']).toContain(fault)
    }),
    propertyRuns(1000),
  )
})

const topic = Buffer.from('\0\x0bhealth/data')
const packet = (type: number, ...parts: (Buffer | number[])[]) => {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)))
  return Buffer.concat([Buffer.from([type, body.length]), body])
}

test.each([
  ['a message with id 0', packet(0x32, topic, [0, 0])],
  ['a message whose id is cut off', packet(0x32, topic)],
  ['a message of quality 3', packet(0x36, topic, [0, 1])],
  ['a release of id 0', packet(0x62, [0, 0])],
  ['a release without an id', packet(0x62)],
  ['a release with other flags', packet(0x60, [0, 1])],
  ['a subscription to nothing', packet(0x82, [0, 1])],
  ['an end of no subscription', packet(0xa2, [0, 1])],
  ['a packet of no type', packet(0x00)],
])('%s is invalid; what came before is read, what comes behind is not', (_name, faulty) => {
  const ping = packet(0xc0)
  const { packets, fault } = readAll([Buffer.concat([connect(4), ping, faulty, ping])])
  expect(packets.map(({ cmd }) => cmd)).toEqual(['connect', 'pingreq'])
  expect(fault).toBe('invalid')
})

test.each([
  ['another protocol', packet(0x10, Buffer.from('\0\x04NOPE\x04\x02\0\0\0\x01x'))],
  ['another version', packet(0x10, Buffer.from('\0\x04MQTT\x09\x02\0\0\0\x01x'))],
  ['a reserved flag', packet(0x10, Buffer.from('\0\x04MQTT\x04\x03\0\0\0\x01x'))],
  ['HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
])('a beginning with %s is invalid', (_name, bytes) => {
  expect(readAll([bytes])).toEqual({ packets: [], fault: 'invalid' })
})

test('a packet that announces more than a message may have is too large before it has come', () => {
  expect(readAll([connect(4), Buffer.from([0x32, 0xff, 0xff, 0x7f])])).toMatchObject({ fault: 'too_large' })
})
