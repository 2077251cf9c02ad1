// Bytes that break the protocols themselves: no HTTP, no MQTT, or nearly. Each is a connection of its own.
import { connect } from 'node:net'
import type { Random } from '../random.ts'

/** Whatever is sent, the connection ends within this time once the sender has finished. */
const deadlineMs = 20_000

/** Sends the bytes, says that nothing more will come, and resolves to what came back when the connection has ended. */
export function sendBytes(port: number, bytes: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const answer: Buffer[] = []
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    const timer = setTimeout(() => {
      socket.destroy()
      reject(new Error(`the connection is still open ${deadlineMs} ms after ${describe(bytes)}`))
    }, deadlineMs)
    socket.on('data', (chunk) => answer.push(chunk))
    // Being cut off is an answer as well.
    socket.on('error', () => undefined)
    socket.on('end', () => socket.end())
    socket.on('close', () => {
      clearTimeout(timer)
      resolve(Buffer.concat(answer))
    })
    socket.end(bytes)
  })
}

export const describe = (bytes: Buffer): string => JSON.stringify(bytes.toString('latin1', 0, 100))

const host = 'Host: 127.0.0.1\r\n'

/** No request, to a server that answers at `path`; none of these may be answered with success. */
export function brokenHttp(path: string, random: Random): Buffer {
  const request = (headers: string, body = '') => `POST ${path} HTTP/1.1\r\n${host}${headers}\r\n${body}`
  const text = random.pick([
    () => '\r\n\r\n\r\n',
    () => 'GET\r\n\r\n',
    () => `GET ${path} HTTP/9.9\r\n${host}\r\n`,
    () => `GET ${path}\0 HTTP/1.1\r\n${host}\r\n`,
    () => `BREW ${path} HTTP/1.1\r\n${host}\r\n`,
    () => `CONNECT 127.0.0.1:22 HTTP/1.1\r\n${host}\r\n`,
    () => `POST ${path} HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}`,
    () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    () => '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
    () => `GET /${'a'.repeat(20_000)} HTTP/1.1\r\n${host}\r\n`,
    () => request(`X: ${'a'.repeat(20_000)}\r\n`),
    () => request(Array.from({ length: 3000 }, (_, i) => `X${i}: 1\r\n`).join('')),
    () => request('Content-Length: -1\r\n'),
    () => request('Content-Length: 99999999999999999999\r\n'),
    () => request('Content-Length: 2, 3\r\n', '{}'),
    () => request('Content-Length: 2\r\nContent-Length: 3\r\n', '{}'),
    () => request('Content-Length: 4\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'),
    () => request('Transfer-Encoding: chunked\r\n', 'ZZ\r\n{}\r\n0\r\n\r\n'),
    () => request('Transfer-Encoding: chunked\r\n', `${'f'.repeat(40)}\r\n`),
    () => request('Transfer-Encoding: chunked\r\n', `2;${'x'.repeat(40_000)}\r\n{}\r\n0\r\n\r\n`),
    () => request('Transfer-Encoding: gzip\r\n', '{}'),
    () => request('No colon here\r\n'),
    () => request('Spaced name : 1\r\n'),
    () => request('Split: 1\nInjected: 2\r\rX: 3\r\n'),
    () => request(`Content-Type: application/json\r\nContent-Length: 1000\r\n`, '{"patient_id":'),
    () => String.fromCharCode(...Array.from({ length: random.integer(1, 500) }, () => random.integer(0, 255))),
  ])()
  return Buffer.from(text, 'latin1')
}

/** What a client may publish before it breaks off; it may be stored. */
export const brokenPayload = Buffer.from('{"broken":true}')

const withLength = (text: string): Buffer => {
  const bytes = Buffer.from(text)
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes])
}
const packet = (header: number, ...parts: readonly (Buffer | readonly number[])[]): Buffer => {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)))
  return Buffer.concat([Buffer.from([header, body.length]), body])
}

/** A CONNECT of MQTT 3.1.1, clean session and no keep-alive. */
export const mqttConnect = (clientId: string): Buffer =>
  packet(0x10, withLength('MQTT'), [4, 2, 0, 0], withLength(clientId))

const publishPacket = (header: number, topic: Buffer, id: readonly number[]): Buffer =>
  packet(header, topic, id, brokenPayload)

/** Not the protocol, or not to its end. */
export function brokenMqtt(random: Random): Buffer {
  const connected = mqttConnect(`broken-${random.integer(0, 1e9)}`)
  const topic = withLength('health/data')
  const noise = Buffer.from(Array.from({ length: random.integer(1, 300) }, () => random.integer(0, 255)))
  return random.pick<() => Buffer>([
    () => noise,
    () => Buffer.concat([connected, noise]),
    () => connected.subarray(0, random.integer(1, connected.length - 1)),
    () => packet(0x10, withLength('MQIsdp'), [3, 2, 0, 0], withLength('x')),
    () => packet(0x10, withLength('NOPE'), [4, 2, 0, 0], withLength('x')),
    () => packet(0x10, withLength('MQTT'), [9, 2, 0, 0], withLength('x')),
    () => packet(0x10, withLength('MQTT'), [5, 2, 0, 0, 0], withLength('x')),
    () => packet(0x10, withLength('MQTT'), [4, 0xff, 0, 0], withLength('x')),
    () => packet(0x10, withLength('MQTT'), [4, 2, 0, 0], [0xff, 0xff]),
    () => Buffer.concat([connected, connected]),
    () => publishPacket(0x32, topic, [0, 1]),
    () => Buffer.concat([connected, publishPacket(0x36, topic, [0, 1])]),
    () => Buffer.concat([connected, publishPacket(0x32, topic, [0, 0])]),
    () => Buffer.concat([connected, publishPacket(0x32, Buffer.from([0xff, 0xff]), [0, 1])]),
    () => Buffer.concat([connected, publishPacket(0x32, withLength(''), [0, 1])]),
    () => Buffer.concat([connected, publishPacket(0x32, withLength('health/#'), [0, 1])]),
    () => Buffer.concat([connected, publishPacket(0x32, withLength('health/\0/data'), [0, 1])]),
    () => Buffer.concat([connected, publishPacket(0x32, Buffer.from([0, 2, 0xff, 0xfe]), [0, 1])]),
    () => Buffer.concat([connected, publishPacket(0x32, topic, [0, 1]).subarray(0, 10)]),
    () => Buffer.concat([connected, Buffer.from([0x32, 0xff, 0xff, 0xff, 0xff, 0x7f])]),
    () => Buffer.concat([connected, Buffer.from([0x32, 0xff, 0xff, 0xff, 0x7f]), noise]),
    () => Buffer.concat([connected, packet(0x62, [0, 7]), packet(0x40, [0, 7]), packet(0x50, [0, 7])]),
    () => Buffer.concat([connected, packet(0x80, [0, 1], withLength('#'), [0])]),
    () => Buffer.concat([connected, packet(0x82, [0, 1])]),
    () => Buffer.concat([connected, packet(0xa2, [0, 1], withLength('#'))]),
    () => Buffer.concat([connected, ...Array.from({ length: 1000 }, () => packet(0xc0))]),
    () => Buffer.concat([connected, packet(0xe0), publishPacket(0x32, topic, [0, 1])]),
    () => Buffer.concat([connected, packet(0x00), packet(0xf0)]),
    () => Buffer.from(`POST /readings HTTP/1.1\r\n${host}\r\n`),
  ])()
}
