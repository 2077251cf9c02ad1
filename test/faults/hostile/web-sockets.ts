// Web sockets by hand, for what no library would send, and for browsers that never read.
import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import { openSocket } from './raw-sockets.ts'

/** A connection that was upgraded to a web socket of Engine.io; nothing has been said on it. */
export async function openWebSocket(port: number): Promise<Socket> {
  const socket = await openSocket(port)
  const answered = new Promise<string>((resolve, reject) => {
    socket.once('data', (chunk) => resolve(chunk.toString('latin1')))
    socket.once('close', () => reject(new Error('closed before it was upgraded')))
  })
  socket.write(
    [
      'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1',
      `Host: 127.0.0.1:${port}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
      '\r\n',
    ].join('\r\n'),
  )
  const answer = await answered
  if (!answer.startsWith('HTTP/1.1 101')) throw new Error(`not upgraded: ${answer}`)
  return socket
}

/** A browser that has come and was let in. */
export async function openBrowser(port: number): Promise<Socket> {
  const socket = await openWebSocket(port)
  await new Promise<void>((resolve, reject) => {
    const look = (chunk: Buffer) => {
      if (!chunk.includes('40{"sid"')) return
      socket.off('data', look)
      resolve()
    }
    socket.on('data', look).once('close', () => reject(new Error('closed before it was let in')))
    socket.write(frame('40'))
  })
  return socket
}

/** A browser that wants to hear everything, and then reads nothing. */
export async function openStalled(port: number): Promise<Socket> {
  const socket = await openBrowser(port)
  socket.write(frame('42["watch",{"patient_id":"*"}]'))
  return socket.pause()
}

/** A masked frame (RFC 6455, section 5.2) that announces `announced` bytes. */
export function frame(content: string | Buffer, opcode = 1, announced?: number): Buffer {
  const payload = Buffer.from(content as string)
  const length = announced ?? payload.length
  const mask = Buffer.from([1, 2, 3, 4])
  const header = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10)
  header[0] = 0x80 | opcode
  header[1] = 0x80 | (length < 126 ? length : length < 65_536 ? 126 : 127)
  if (header.length === 4) header.writeUInt16BE(length, 2)
  if (header.length === 10) header.writeBigUInt64BE(BigInt(length), 2)
  return Buffer.concat([header, mask, payload.map((byte, i) => byte ^ (mask[i % 4] ?? 0))])
}

/** What a hostile program may say on a new web socket, each on one of its own. */
export const hostileBeginnings: readonly Buffer[] = [
  ...['', '4', '41', '42', '43', '45', '49', '42[', '42[]', '42{}', '6', '7', '1', '5x'].map((text) => frame(text)),
  Buffer.concat([frame('40'), frame('42["watch",{"patient_id":"*"}]')]),
  frame('40/admin,'),
  frame('40/__proto__,{"token":"x"}'),
  frame(Buffer.from([0xff, 0xfe, 0xc0]), 1),
  frame('x'.repeat(16 * 1024 + 1)),
  frame('x'.repeat(1_000_000)),
  frame('', 1, 2 ** 30),
  frame('', 1, 2 ** 53),
  frame('x', 0),
  frame('x', 3),
  frame('x'.repeat(200), 9),
  frame('x', 8),
  Buffer.from([0x81, 1, 0x34]),
  Buffer.from([0xf1, 0x81, 1, 2, 3, 4, 5]),
]

const names = [
  '__proto__',
  'constructor',
  'disconnect',
  'disconnecting',
  'connect',
  'error',
  'newListener',
  'x'.repeat(9000),
]
const oddWatched: readonly unknown[] = [null, 5, {}, ['*'], { toString: 'p' }]

/** What a hostile program may say once it was let in. */
export const hostileMessages = (ids: readonly string[]): readonly Buffer[] => [
  ...names.map((name) => frame(`42${JSON.stringify([name, {}])}`)),
  ...[...ids, ...oddWatched].map((id) => frame(`42${JSON.stringify(['watch', { patient_id: id }])}`)),
  ...['["watch"]', '["watch",null]', '["watch","*"]', '["echo"]', '["echo",{}]', '[5]', '[null]', '[{}]'].flatMap(
    (text) => [frame(`42${text}`), frame(`427${text}`)],
  ),
  frame('4299999999999999999999["echo"]'),
  frame('42["watch"'),
  Buffer.concat([frame('451-["watch",{"_placeholder":true,"num":0}]'), frame('x', 2)]),
  frame('4599999-["watch",{"_placeholder":true,"num":99}]'),
  frame(`42["watch",${'['.repeat(8000)}`),
  frame(`42["watch",${'['.repeat(7000)}${']'.repeat(7000)}]`),
  Buffer.concat(Array.from({ length: 2000 }, () => frame('42["watch",{"patient_id":"p1"}]'))),
]
