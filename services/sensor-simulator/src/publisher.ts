// Publishing by MQTT 3.1.1 at QoS 1: what was sent is sent again until the broker has acknowledged it.
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '@health/runtime'
import { connect, type MqttClient } from 'mqtt'

export interface Publisher {
  /** Whether a message can be sent now: connected, and not too many unacknowledged. */
  isReady(): boolean
  /** Resolves when a message can be sent, and when the publisher closes. */
  whenReady(): Promise<void>
  /** Sends in this order, and after a lost connection all that is unacknowledged again: at least once. */
  send(payload: string): void
  /** Resolves when all is acknowledged, and when the publisher closes. */
  whenAcknowledged(): Promise<void>
  unacknowledged(): number
  /** What it waits for, in words for an operator. */
  waitingFor(): string | null
  /** Waits a second for what is unacknowledged, then disconnects. */
  close(): Promise<void>
}

export interface PublisherOptions {
  url: string
  topic: string
  logger: Logger
  onAcknowledged: () => void
}

/** 30,000 messages a second at 150 ms each; beyond that a broker is too slow. */
const mostUnacknowledged = 5000
const pauseBetweenAttemptsMs = 1000
const closingMs = 1000

/** Connects, and again whenever the connection is lost, until closed. */
export function openPublisher({ url, topic, logger, onAcknowledged }: PublisherOptions): Publisher {
  const broker = withoutUser(url)
  const sent = new Set<{ payload: string }>()
  const { changed, until } = createSignal()
  let connected = false
  let told = false
  let closing = false
  let client = open()

  function open(): MqttClient {
    const attempt = connect(url, {
      clientId: `sensor-simulator-${randomUUID().slice(0, 8)}`,
      clean: true,
      keepalive: 10,
      connectTimeout: 5000,
      // Each connection gets a client of its own: mqtt.js resends message by message, each after the other's
      // acknowledgement, and forgets what is published while it does.
      reconnectPeriod: 0,
    })
    let failure: Error | undefined
    attempt.once('connect', () => {
      connected = true
      told = false
      logger.info({ broker }, 'Connected to the MQTT broker.')
      for (const message of sent) publish(message)
      changed()
    })
    attempt.on('error', (error) => {
      failure = error
      attempt.end(true)
    })
    attempt.once('close', () => {
      connected = false
      if (closing) return
      if (!told) logger.warn({ broker, err: failure }, 'Waiting for the MQTT broker.')
      told = true
      setTimeout(() => {
        if (!closing) client = open()
      }, pauseBetweenAttemptsMs).unref()
    })
    return attempt
  }

  function publish(message: { payload: string }): void {
    client.publish(topic, message.payload, { qos: 1 }, (error) => {
      if (error || !sent.delete(message)) return
      onAcknowledged()
      changed()
    })
  }

  const isReady = () => connected && sent.size < mostUnacknowledged
  return {
    isReady,
    whenReady: () => until(() => closing || isReady()),
    send(payload) {
      const message = { payload }
      sent.add(message)
      if (connected) publish(message)
    },
    whenAcknowledged: () => until(() => closing || sent.size === 0),
    unacknowledged: () => sent.size,
    waitingFor: () => (connected ? null : `the MQTT broker at ${broker}`),
    async close() {
      closing = true
      changed()
      if (connected) await Promise.race([until(() => sent.size === 0), sleep(closingMs, undefined, { ref: false })])
      await client.endAsync(!connected || sent.size > 0)
    },
  }
}

/** A condition can be waited for that `changed` makes true. */
function createSignal() {
  let next: PromiseWithResolvers<void> | null = null
  return {
    changed() {
      next?.resolve()
      next = null
    },
    async until(condition: () => boolean): Promise<void> {
      while (!condition()) {
        next ??= Promise.withResolvers()
        await next.promise
      }
    },
  }
}

function withoutUser(url: string): string {
  const shown = new URL(url)
  shown.username = ''
  shown.password = ''
  return shown.href
}
