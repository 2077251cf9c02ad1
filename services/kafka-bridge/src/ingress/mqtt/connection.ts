// One MQTT connection: reads packets, hands the messages of each chunk to the log together, and answers them afterwards.
import type { Duplex } from 'node:stream'
import type { NewRecord } from '@health/log'
import { generate, type Packet } from 'mqtt-packet'
import type { RefusalReason } from '../../ingest-metrics.ts'
import type { Ingress } from '../ingress.ts'
import type { MqttClient, MqttNews } from './news.ts'
import { createPacketReader } from './packets.ts'
import { createSession } from './session.ts'

export interface MqttConnection extends MqttClient {
  /** To be called about once a second: ends the connection when its token has ended, or when it fell silent. */
  look(): void
  /** Cuts the connection. What is under way to the log gets no answer any more. */
  cut(): void
  /** Takes nothing more, answers what is under way, and ends the connection. */
  stop(): Promise<void>
}

/** A socket. */
export type Stream = Duplex & { remoteAddress?: string | undefined }

export interface MqttConnectionOptions {
  ingress: Ingress
  sharedTopic: string
  news: MqttNews
  /** Called when the client has been let in, before it hears so. */
  onSignedIn(connection: MqttConnection): void
}

/** What one chunk of bytes asks for. */
interface Batch {
  records: NewRecord[]
  /** What is sent when the log has the records. */
  acknowledgements: Packet[]
  /** What is sent at once. */
  replies: Packet[]
  /** What it holds in memory, at most: the chunk, and payloads that began in others. */
  bytes: number
}

/** So much of one client may wait for the log, some hundred messages; beyond it nothing more is read for a while. */
const maxWaitingBytes = 64 * 1024
/** What a record takes beside its bytes, about: a flood of empty messages is a flood too. */
const recordOverheadBytes = 256

/** A refusal is counted and ends the connection. */
export function openMqttConnection(socket: Stream, options: MqttConnectionOptions): MqttConnection {
  const { ingress, sharedTopic, news, onSignedIn } = options
  const { gate, appender, bytesInFlight, metrics, logger, now } = ingress
  /** When the client last sent a packet, was answered, or took its answers. */
  let heardAt = performance.now()
  let waitingBytes = 0
  let lastStored = Promise.resolve()
  let stopping = false

  const connection: MqttConnection = {
    id: '',
    address: socket.remoteAddress,
    look() {
      // Whoever waits for an answer may be silent.
      const reason = session.lapse(waitingBytes > 0 ? 0 : performance.now() - heardAt)
      if (reason !== null) refuse(reason)
    },
    cut: () => void socket.destroy(),
    async stop() {
      stopping = true
      await lastStored
      socket.destroy()
    },
  }
  const read = createPacketReader()
  const session = createSession({
    client: connection,
    sharedTopic,
    gate,
    metrics,
    news,
    now,
    onSignedIn: () => onSignedIn(connection),
  })

  socket
    .on('data', receive)
    .on('drain', () => {
      heardAt = performance.now()
      regulate()
    })
    .on('error', (err) => logger.debug({ err, client: connection.id }, 'An MQTT connection broke.'))

  function receive(chunk: Buffer): void {
    if (stopping || !socket.writable) return
    const { packets, fault } = read(chunk)
    if (packets.length > 0) heardAt = performance.now()
    const batch: Batch = { records: [], acknowledgements: [], replies: [], bytes: chunk.length }
    const reason = take(packets, batch) ?? fault
    if (batch.records.length > 0) lastStored = store(batch)
    send(batch.replies)
    if (reason === 'left') socket.destroy()
    else if (reason !== null) refuse(reason)
    regulate()
  }

  /** Collects what the packets ask for, up to one that ends the connection. Answers why it does. */
  function take(packets: readonly Packet[], batch: Batch): RefusalReason | 'left' | null {
    for (const packet of packets) {
      const step = session.take(packet)
      if (step.kind === 'leave') return 'left'
      if (step.kind === 'store') {
        batch.records.push(step.record)
        batch.bytes += step.record.value.length + recordOverheadBytes
        if (step.acknowledgement !== null) batch.acknowledgements.push(step.acknowledgement)
      } else if (step.kind !== 'nothing') {
        if (step.reply !== null) batch.replies.push(step.reply)
        if (step.kind === 'refuse') return step.reason
      }
    }
    return null
  }

  /** The append is called before anything is awaited, so that messages are appended in the order in which they arrive. */
  async function store({ records, acknowledgements, bytes }: Batch): Promise<void> {
    const held = bytesInFlight.open()
    if (!held.take(bytes)) return refuse('overloaded')
    waitingBytes += bytes
    try {
      await appender.append(records)
    } catch {
      // The appender has reported it. The device sends again.
      return refuse('log_unavailable')
    } finally {
      held.release()
      waitingBytes -= bytes
      heardAt = performance.now()
    }
    metrics.accepted('mqtt', records.length)
    acknowledgements.forEach(session.stored)
    send(acknowledgements)
    regulate()
  }

  /** In one write. What cannot be sent any more is sent to nobody. */
  function send(packets: readonly Packet[]): void {
    if (packets.length === 0 || !socket.writable) return
    const form = { protocolVersion: session.protocolVersion() }
    socket.write(Buffer.concat(packets.map((packet) => generate(packet, form))))
  }

  function refuse(reason: RefusalReason): void {
    if (!socket.writable) return
    metrics.refused('mqtt', reason)
    // What was written before is with the kernel already, or the client does not read it.
    socket.destroy()
  }

  /** Reads no more than the log takes, and than the client reads of its answers. */
  function regulate(): void {
    const isSlow = waitingBytes > maxWaitingBytes || socket.writableNeedDrain
    if (isSlow && !socket.isPaused()) socket.pause()
    if (!isSlow && socket.isPaused()) socket.resume()
  }

  return connection
}
