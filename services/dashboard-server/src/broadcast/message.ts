// What is told to many is written once: as text, as a web socket's frame, and compressed, all before the first one gets it.

import { constants, deflateRawSync } from 'node:zlib'
import type { ClientEvents, ServerEvents } from '@health/api'
import type { Socket } from 'socket.io'
import type { WebSocket } from 'ws'

export type BrowserSocket = Socket<ClientEvents, ServerEvents>

/** An event, and what it tells. */
export type News = {
  [E in keyof ServerEvents]: [event: E, content: Parameters<ServerEvents[E]>[0]]
}[keyof ServerEvents]

export interface Message {
  /** Packets of Socket.io, for connections that are no web sockets. */
  packets: readonly string[]
  /** Frames of a web socket, and for browsers that take compressed messages. */
  plain: Buffer
  deflated: Buffer
}

/** What is shorter is hardly less when compressed. */
const compressedFromBytes = 1024
/** Rows are a tenth at level 3, and no level above it is worth its time. */
const level = 3
/** A compressed message goes without these, which always end it (RFC 7692, section 7.2.1). */
const tailBytes = 4

const textOpcode = 0x81
const compressedBit = 0x40

export function messageOf(news: News): Message {
  // An event is packet type 2 of Socket.io, in a message, type 4 of Engine.io.
  const packet = `2${JSON.stringify(news)}`
  const payload = Buffer.from(`4${packet}`)
  const plain = frame(textOpcode, payload)
  if (payload.length < compressedFromBytes) return { packets: [packet], plain, deflated: plain }
  const deflated = deflateRawSync(payload, { level, finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -tailBytes)
  return { packets: [packet], plain, deflated: frame(textOpcode | compressedBit, deflated) }
}

/** A whole message, not masked (RFC 6455, section 5.2). */
function frame(firstByte: number, payload: Buffer): Buffer {
  const { length } = payload
  if (length < 126) return Buffer.concat([Buffer.from([firstByte, length]), payload])
  const header = Buffer.alloc(length < 65_536 ? 4 : 10)
  header[0] = firstByte
  header[1] = length < 65_536 ? 126 : 127
  if (length < 65_536) header.writeUInt16BE(length, 2)
  else header.writeBigUInt64BE(BigInt(length), 2)
  return Buffer.concat([header, payload])
}

/** What is told in one go. */
export const joinMessages = (messages: readonly Message[]): Message => ({
  packets: messages.flatMap(({ packets }) => packets),
  plain: Buffer.concat(messages.map(({ plain }) => plain)),
  deflated: Buffer.concat(messages.map(({ deflated }) => deflated)),
})

export function send({ conn }: BrowserSocket, { packets, plain, deflated }: Message): void {
  const { transport } = conn
  if (transport.name !== 'websocket') {
    for (const packet of packets) conn.write(packet)
    return
  }
  // Engine.io's declarations keep to themselves what its transport holds, and that it writes such frames as they are,
  // which is how Socket.io broadcasts.
  const { extensions } = (transport as unknown as { socket: WebSocket }).socket
  const options = { compress: false, wsPreEncodedFrame: [extensions === '' ? plain : deflated] }
  conn.write(packets[0] ?? '', options)
}
