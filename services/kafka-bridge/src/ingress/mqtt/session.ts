// The protocol of one MQTT connection: what each packet asks for, in the order in which they came.
import { maxReadingBytes, parseAction } from '@health/domain'
import type { NewRecord } from '@health/log'
import type { IConnectPacket, IPublishPacket, Packet } from 'mqtt-packet'
import type { RefusalReason } from '../../ingest-metrics.ts'
import type { Ingress } from '../ingress.ts'
import { signIn } from './access.ts'
import type { MqttClient, MqttNews } from './news.ts'
import { keyOf, readTopic } from './topic.ts'
import { createUnreleasedIds } from './unreleased.ts'

/** What is to be done about a packet. */
export type Step =
  | { kind: 'store'; record: NewRecord; acknowledgement: Packet | null }
  | { kind: 'reply'; reply: Packet }
  | { kind: 'refuse'; reason: RefusalReason; reply: Packet | null }
  | { kind: 'leave' }
  | { kind: 'nothing' }

export interface MqttSession {
  /** Not to be called again once the connection has to end. */
  take(packet: Packet): Step
  /** To be called when the log has a message, before its acknowledgement is sent. */
  stored(acknowledgement: Packet): void
  /** Why the connection has to end of which nothing was heard for so long: its token has ended, or it is gone. */
  lapse(silentMs: number): RefusalReason | null
  /** The version of MQTT: 3 (3.1), 4 (3.1.1) or 5; 4 before CONNECT. */
  protocolVersion(): number
}

export interface SessionOptions extends Pick<Ingress, 'gate' | 'metrics' | 'now'> {
  client: MqttClient
  sharedTopic: string
  news: MqttNews
  /** Called when the client has been let in. */
  onSignedIn(): void
}

const connectWithinMs = 10_000

/** Anything that MQTT 3.1, 3.1.1 and 5 do not allow is `invalid`. */
export function createSession(options: SessionOptions): MqttSession {
  const { client, sharedTopic, gate, metrics, news, now, onSignedIn } = options
  const unreleased = createUnreleasedIds()
  let protocolVersion: number | null = null
  let patienceMs = connectWithinMs
  let expiresAt = Number.POSITIVE_INFINITY

  function connect(packet: IConnectPacket): Step {
    const signedIn = signIn(gate, packet, client.address)
    const { refusal, answer } = signedIn
    protocolVersion = packet.protocolVersion ?? 4
    client.id = signedIn.clientId
    if (refusal !== null) {
      if (refusal !== 'invalid') news.refused(client, refusal)
      return { kind: 'refuse', reason: refusal, reply: answer }
    }
    expiresAt = signedIn.expiresAt
    // MQTT 3.1.1, section 3.1.2.10: one and a half times the keep-alive, which is in seconds; 0 is for ever.
    patienceMs = packet.keepalive ? packet.keepalive * 1500 : Number.POSITIVE_INFINITY
    onSignedIn()
    return { kind: 'reply', reply: answer }
  }

  function publish({ topic: name, payload, qos, messageId = 0 }: IPublishPacket): Step {
    if (hasEnded()) return refuse('expired_token')
    const topic = readTopic(name, sharedTopic)
    if (topic === null) {
      news.otherTopic(client, name)
      return refuse('topic')
    }
    const value = typeof payload === 'string' ? Buffer.from(payload) : payload
    if (value.length > maxReadingBytes) return refuse('too_large')
    if (isAlertAction(value)) {
      news.alertAction(client)
      return refuse('alert_action')
    }
    if (qos === 2) {
      const state = unreleased.begin(messageId)
      if (state === 'storing') return nothing
      if (state === 'stored') return { kind: 'reply', reply: { cmd: 'pubrec', messageId } }
    }
    const record = { key: keyOf(topic, value), value }
    if (qos === 0) return { kind: 'store', record, acknowledgement: null }
    return { kind: 'store', record, acknowledgement: { cmd: qos === 1 ? 'puback' : 'pubrec', messageId } }
  }

  function hasEnded(): boolean {
    const ended = expiresAt <= now()
    if (ended) news.refused(client, 'expired_token')
    return ended
  }

  return {
    take(packet) {
      if (packet.cmd === 'connect' && protocolVersion === null) return connect(packet)
      if (protocolVersion === null) return refuse('invalid')
      const { messageId = 0 } = packet
      switch (packet.cmd) {
        case 'publish':
          return publish(packet)
        case 'pubrel':
          return unreleased.release(messageId)
            ? { kind: 'reply', reply: { cmd: 'pubcomp', messageId } }
            : refuse('invalid')
        case 'subscribe':
          for (const _ of packet.subscriptions) metrics.refused('mqtt', 'subscription')
          return { kind: 'reply', reply: { cmd: 'suback', messageId, granted: packet.subscriptions.map(notGranted) } }
        case 'unsubscribe':
          return { kind: 'reply', reply: { cmd: 'unsuback', messageId, granted: packet.unsubscriptions.map(notThere) } }
        case 'pingreq':
          return { kind: 'reply', reply: { cmd: 'pingresp' } }
        case 'disconnect':
          return { kind: 'leave' }
        default:
          return refuse('invalid')
      }
    },
    stored({ cmd, messageId = 0 }) {
      if (cmd === 'pubrec') unreleased.stored(messageId)
    },
    lapse(silentMs) {
      if (hasEnded()) return 'expired_token'
      return silentMs > patienceMs ? 'aborted' : null
    },
    protocolVersion: () => protocolVersion ?? 4,
  }
}

/**
 * What people do about alerts takes the role for it, which the dashboard asks for: whoever may send readings must not
 * acknowledge what they raise. Most messages hold neither the field's name nor a backslash that could hide it.
 */
const isAlertAction = (value: Buffer): boolean =>
  (value.includes('alert_id') || value.includes('\\')) && parseAction(value.toString(), null) !== null

const nothing: Step = { kind: 'nothing' }
const refuse = (reason: RefusalReason): Step => ({ kind: 'refuse', reason, reply: null })

/** SUBACK's "failure" of MQTT 3.1.1, which is "unspecified error" in MQTT 5. */
const notGranted = () => 0x80
/** UNSUBACK's "no subscription existed" of MQTT 5. */
const notThere = () => 0x11
