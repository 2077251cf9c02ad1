// Readings by MQTT 3.1.1: a QoS 1 message is acknowledged only once the log has it; the password is a token's secret.
import { createServer, type Server, type Socket } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { maxReadingBytes } from '@health/domain'
import { Aedes, type AedesOptions, type Client, type PublishPacket } from 'aedes'
import type { IngestMetrics, RefusalReason } from './ingest-metrics.ts'
import type { Ingress } from './ingress.ts'
import { createMqttAccess } from './mqtt-access.ts'
import { createMqttNews } from './mqtt-news.ts'
import { keyOf, readTopic } from './mqtt-topic.ts'
import { createLengthCheck } from './packet-lengths.ts'

export interface MqttServer {
  /** Not yet listening. */
  server: Server
  /** Refuses new messages, waits for those under way and acknowledges them, then disconnects everyone. */
  close(): Promise<void>
}

/** Takes messages on `sharedTopic` and on the patients' topics, and delivers none. A refusal ends the connection. */
export async function createMqttServer(ingress: Ingress, sharedTopic: string): Promise<MqttServer> {
  const { metrics, logger } = ingress
  const underWay = new Set<Promise<void>>()
  let stopping = false

  const news = createMqttNews(ingress, sharedTopic)
  const access = createMqttAccess(ingress, (client, reason) => {
    metrics.refused('mqtt', reason)
    news.refused(client, reason)
  })
  const refusalOf = (client: Client | null, packet: PublishPacket) => {
    if (stopping) return 'stopping'
    return access.hasEnded(client) ? 'expired_token' : storeMessage(ingress, sharedTopic, packet)
  }

  const take = async (client: Client | null, packet: PublishPacket, done: (error: Error | null) => void) => {
    const refusal = await refusalOf(client, packet)
    if (refusal === null) metrics.accepted('mqtt', 1)
    else metrics.refused('mqtt', refusal)
    if (refusal === 'topic') news.otherTopic(client, packet.topic)
    // The broker need not keep it: nobody may subscribe, and the log has it.
    packet.payload = ''
    packet.retain = false
    done(refusal === null ? null : new Error(`refused: ${refusal}`))
  }

  const broker = await Aedes.createBroker({
    ...withoutMemory,
    ...withoutSubscriptions(metrics),
    authenticate: access.authenticate,
    authorizePublish(client, packet, done) {
      const taken = take(client, packet, done).finally(() => underWay.delete(taken))
      underWay.add(taken)
    },
  })
  for (const event of ['clientError', 'connectionError'] as const) {
    broker.on(event, (client, err) => logger.debug({ err, client: client.id }, 'An MQTT client was disconnected.'))
  }

  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 }, (socket) => {
    sockets.add(socket.once('close', () => sockets.delete(socket)))
    broker.handle(socket)
    refuseLongPackets(socket, metrics)
  })
  server.maxConnections = 4_000

  return {
    server,
    async close() {
      stopping = true
      access.close()
      const closed = new Promise((resolve) => server.close(resolve))
      await Promise.all(underWay)
      // The acknowledgements are written at the end of the turn.
      await setImmediate()
      await new Promise<void>((resolve) => broker.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

/**
 * Puts a message into the log, unchanged; `null` when it is there. The append is called before anything is awaited, so
 * that messages are appended in the order in which they arrive.
 */
async function storeMessage(
  { appender, bytesInFlight }: Ingress,
  sharedTopic: string,
  { topic: name, payload }: PublishPacket,
): Promise<RefusalReason | null> {
  const topic = readTopic(name, sharedTopic)
  if (topic === null) return 'topic'
  const value = typeof payload === 'string' ? Buffer.from(payload) : payload
  if (value.length > maxReadingBytes) return 'too_large'
  const held = bytesInFlight.open()
  if (!held.take(value.length)) return 'overloaded'
  try {
    await appender.append([{ key: keyOf(topic, value), value }])
    return null
  } catch {
    // The appender has reported it. The device sends again.
    return 'log_unavailable'
  } finally {
    held.release()
  }
}

/** Sessions and wills are not kept beyond a connection. */
const withoutMemory: AedesOptions = {
  connectTimeout: 10_000,
  preConnect(_client, packet, done) {
    packet.clean = true
    delete packet.will
    done(null, true)
  },
}

/** A subscription is answered with failure (SUBACK 0x80); the connection stays, for what the device sends. */
const withoutSubscriptions = (metrics: IngestMetrics): AedesOptions => ({
  authorizeSubscribe(_client, _subscription, done) {
    metrics.refused('mqtt', 'subscription')
    done(null, null)
  },
})

/** A packet is a payload, a topic and a few bytes. The broker would gather any announced length in memory. */
const maxPacketBytes = maxReadingBytes + 1024

function refuseLongPackets(socket: Socket, metrics: IngestMetrics): void {
  const isShort = createLengthCheck(maxPacketBytes)
  // Beside the broker's 'readable', this is called with each chunk before the broker gets it.
  socket.on('data', (chunk: Buffer) => {
    if (isShort(chunk)) return
    metrics.refused('mqtt', 'too_large')
    socket.destroy()
  })
}
