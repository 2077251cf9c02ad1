// Publishes by MQTT 3.1.1 with QoS 1, as fast as it is acknowledged. It writes the few packets it needs itself: a client
// library would cost more than what is measured. `publish.ts PORT N CLIENTS IN_FLIGHT`
import { connect, type Socket } from 'node:net'
import { createLiveReadings } from '../data/readings.ts'
import { printResult } from './print-result.ts'

const [port = 0, count = 0, clients = 0, inFlight = 0] = process.argv.slice(2).map(Number)
const topic = Buffer.from('health/data')
const next = createLiveReadings(1000)
const at = Date.now()
const payloads = Array.from({ length: 10_000 }, () => Buffer.from(next(at).json))

const packet = (type: number, body: Buffer): Buffer => {
  // Every packet here is longer than 127 bytes or shorter, never beyond two digits of its length.
  const length = body.length < 128 ? [body.length] : [(body.length & 127) | 128, body.length >> 7]
  return Buffer.concat([Buffer.from([type, ...length]), body])
}
const text = (bytes: Buffer): Buffer => Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes])

const cleanSession = 2
const connectPacket = (id: string): Buffer =>
  packet(0x10, Buffer.concat([text(Buffer.from('MQTT')), Buffer.from([4, cleanSession, 0, 0]), text(Buffer.from(id))]))

const publishQos1 = 0x32
const publishPacket = (id: number, payload: Buffer): Buffer =>
  packet(publishQos1, Buffer.concat([text(topic), Buffer.from([id >> 8, id & 255]), payload]))

/** CONNACK and PUBACK are four bytes both. */
const answerBytes = 4
const maxId = 65_535

let sent = 0
let acknowledged = 0
const done = Promise.withResolvers<void>()

async function open(n: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  socket.write(connectPacket(`bench-${n}`))
  await new Promise((resolve, reject) => socket.once('data', resolve).once('error', reject))
  return socket.on('error', done.reject).on('close', () => done.reject(new Error('the bridge cut a client off')))
}

function run(socket: Socket): void {
  let id = 0
  let bytes = 0
  const send = (many: number) => {
    const packets: Buffer[] = []
    for (let i = 0; i < many && sent < count; i++, sent++) {
      id = id === maxId ? 1 : id + 1
      packets.push(publishPacket(id, payloads[sent % payloads.length] ?? Buffer.alloc(0)))
    }
    if (packets.length > 0) socket.write(Buffer.concat(packets))
  }
  socket.on('data', (chunk) => {
    bytes += chunk.length
    const answers = Math.floor(bytes / answerBytes)
    bytes %= answerBytes
    acknowledged += answers
    if (acknowledged >= count) done.resolve()
    else send(answers)
  })
  send(inFlight)
}

const sockets = await Promise.all(Array.from({ length: clients }, (_, n) => open(n)))
const begun = performance.now()
sockets.forEach(run)
await done.promise
const seconds = (performance.now() - begun) / 1000
printResult({ seconds, perSecond: count / seconds })
process.exit()
