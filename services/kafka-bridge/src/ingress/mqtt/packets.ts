// From the bytes of one MQTT connection to its packets: what is no MQTT, or too long, goes no further.
import { maxReadingBytes } from '@health/domain'
import { type Packet, parser } from 'mqtt-packet'
import { createLengthCheck } from './packet-lengths.ts'

/** What a chunk has completed, and what is wrong with the bytes behind that: nothing more can be read after a fault. */
export interface ReadPackets {
  packets: readonly Packet[]
  fault: 'too_large' | 'invalid' | null
}

/** A packet is a payload, a topic and a few bytes. The parser would gather any announced length in memory. */
const maxPacketBytes = maxReadingBytes + 1024

/** Reads chunk by chunk, in any pieces. Payloads are views of the chunks. Not to be called again after a fault. */
export function createPacketReader(): (chunk: Buffer) => ReadPackets {
  const isShort = createLengthCheck(maxPacketBytes)
  let packets: Packet[] = []
  let isFaulty = false
  const reader = parser()
    .on('packet', (packet) => {
      if (!isSound(packet)) isFaulty = true
      else if (!isFaulty) packets.push(packet)
    })
    .on('error', () => {
      isFaulty = true
    })

  return (chunk) => {
    packets = []
    if (!isShort(chunk)) return { packets, fault: 'too_large' }
    reader.parse(chunk)
    return { packets, fault: isFaulty ? 'invalid' : null }
  }
}

/** Whether the packet keeps the rules that the parser lets be broken: an id is none, or behind the end; a list is empty. */
function isSound(packet: Packet): boolean {
  const { cmd, messageId = 0, length = 0 } = packet
  if (cmd === 'publish') return packet.qos === 0 || (messageId > 0 && length >= Buffer.byteLength(packet.topic) + 4)
  if (cmd === 'pubrel') return messageId > 0 && length >= 2
  if (cmd === 'subscribe') return messageId > 0 && packet.subscriptions.length > 0
  if (cmd === 'unsubscribe') return messageId > 0 && packet.unsubscriptions.length > 0
  return true
}
