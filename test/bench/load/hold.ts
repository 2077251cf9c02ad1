// Browsers that only hold a socket and take in what they are told: each watches a patient and answers pings, and skips the
// rest unread, since thousands of real clients would cost more than what is measured. `hold.ts URL SOCKETS PATIENTS`
import { connect } from 'node:net'
import { patientId } from '../data/readings.ts'
import { closeOpcode, createFrameSkipper } from './frames.ts'
import { printResult } from './print-result.ts'

const [url = '', ...numbers] = process.argv.slice(2)
const [sockets = 0, patients = 0] = numbers.map(Number)
const { hostname, port, host } = new URL(url)
const atOnce = 50

/** Socket.io over Engine.io: `0` open, `2` ping, `3` pong, `40` connect, `42` event. */
const pong = textFrame('3')
/** Of all that Engine.io sends, only a ping is so short. */
const pingBytes = 1
const connectNamespace = textFrame('40')
const watchEvent = (id: string) => textFrame(`42${JSON.stringify(['watch', { patient_id: id }])}`)

/** A client's frame is masked; a mask of zeros changes nothing. */
function textFrame(text: string): Buffer {
  const payload = Buffer.from(text)
  return Buffer.concat([Buffer.from([0x81, 0x80 | payload.length, 0, 0, 0, 0]), payload])
}

/** A server that takes longer has no place for this one. */
const patienceMs = 30_000

const handshake = `${[
  'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1',
  `Host: ${host}`,
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: YmVuY2gtYmVuY2gtYmVuYw==',
  // As every browser offers.
  'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits',
].join('\r\n')}\r\n\r\n`

let open = 0

/** All sockets are read into this one, each chunk being skipped before the next comes: new ones cost a third more. */
const chunk = Buffer.alloc(65_536)

/** Who finds no place is missing among the open ones. */
async function hold(n: number): Promise<void> {
  const welcomed = Promise.withResolvers<boolean>()
  let frames = 0
  const skip = createFrameSkipper(({ opcode, payload }) => {
    frames++
    if (opcode === closeOpcode) socket.destroy()
    else if (frames === 1) socket.write(connectNamespace)
    else if (frames === 2) {
      // An event before the namespace is connected would end the connection.
      socket.setTimeout(0)
      socket.write(watchEvent(patientId(n % patients)))
      welcomed.resolve(true)
    } else if (payload === pingBytes) socket.write(pong)
  })
  const onread = {
    buffer: chunk,
    callback(bytes: number) {
      skip(chunk.subarray(0, bytes))
      return true
    },
  }
  const socket = connect({ host: hostname, port: Number(port), noDelay: true, onread })
  socket.setTimeout(patienceMs, () => socket.destroy())
  socket.on('error', () => socket.destroy())
  socket.once('close', () => welcomed.resolve(false))
  socket.write(handshake)
  if (!(await welcomed.promise)) return
  open++
  socket.once('close', () => open--)
}

const begun = performance.now()
let next = 0
await Promise.all(
  Array.from({ length: atOnce }, async () => {
    while (next < sockets) await hold(next++)
  }),
)
process.stdout.write(`READY ${(performance.now() - begun) / 1000}\n`)
// Also when the server has cut everyone off.
setInterval(() => undefined, 60_000)
process.once('SIGTERM', () => {
  printResult({ open })
  process.exit()
})
