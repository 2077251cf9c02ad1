// Publishing by MQTT 3.1.1 at QoS 1: what was sent is sent again until the broker has acknowledged it.
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '@health/runtime'
import { connect, ErrorWithReasonCode, type MqttClient } from 'mqtt'
import type { Credentials } from './config.ts'

export interface Publisher {
  /** Whether a message can be sent now: nothing is waited for, and not too many are unacknowledged. */
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
  /** What to sign in with; a user in `url` does not count. */
  credentials: Credentials | null
  topic: string
  logger: Logger
  onAcknowledged: () => void
}

/** 30,000 messages a second at 150 ms each; beyond that a broker is too slow. */
const mostUnacknowledged = 5000
const pauseBetweenAttemptsMs = 1000
/** Asked more often with a wrong password, a bridge would refuse everyone at this address. */
const pauseAfterRefusalMs = 30_000
const closingMs = 1000

/** What keeps messages from getting through. */
type Trouble = 'away' | 'refused' | 'unacknowledged'

const sentences: Record<Trouble, string> = {
  away: 'Waiting for the MQTT broker.',
  refused:
    "The MQTT broker refuses the password. Give API_TOKENS a token with the role ingest that the bridge has too, or MQTT_URL the broker's own user and password.",
  unacknowledged:
    'The MQTT broker has closed the connection with messages unacknowledged: they are sent again until it has them.',
}

/**
 * Connects, and again whenever the connection is lost, until closed. Each trouble is told once, however often it
 * recurs before messages are acknowledged again, which is told once too.
 */
export function openPublisher({ url, credentials, topic, logger, onAcknowledged }: PublisherOptions): Publisher {
  const broker = withoutUser(url)
  const sent = new Set<{ payload: string }>()
  const { changed, until } = createSignal()
  const told = new Set<Trouble>()
  let trouble: Trouble | null = 'away'
  let connected = false
  let closing = false
  let client = open()

  function open(): MqttClient {
    const attempt = connect(broker, {
      ...credentials,
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
      if (sent.size === 0) getsThrough()
      for (const message of sent) publish(message)
    })
    attempt.on('error', (error) => {
      failure = error
      attempt.end(true)
    })
    attempt.once('close', () => {
      const found = !connected ? troubleOf(failure) : sent.size > 0 ? 'unacknowledged' : 'away'
      connected = false
      if (closing) return
      isIn(found, failure)
      const pause = found === 'refused' ? pauseAfterRefusalMs : pauseBetweenAttemptsMs
      setTimeout(() => {
        if (!closing) client = open()
      }, pause).unref()
    })
    return attempt
  }

  function isIn(found: Trouble, err: Error | undefined): void {
    trouble = found
    if (told.has(found)) return
    told.add(found)
    logger.warn({ broker, err }, sentences[found])
  }

  function getsThrough(): void {
    if (trouble !== null) logger.info({ broker }, 'The MQTT broker takes messages.')
    trouble = null
    told.clear()
    changed()
  }

  function publish(message: { payload: string }): void {
    client.publish(topic, message.payload, { qos: 1 }, (error) => {
      if (error || !sent.delete(message)) return
      onAcknowledged()
      getsThrough()
    })
  }

  function waitingFor(): string | null {
    if (trouble === 'unacknowledged') return `acknowledgements of the MQTT broker at ${broker}`
    if (trouble === 'refused') return `the MQTT broker at ${broker} to take another password`
    return trouble === null ? null : `the MQTT broker at ${broker}`
  }

  const isReady = () => trouble === null && sent.size < mostUnacknowledged
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
    waitingFor,
    async close() {
      closing = true
      changed()
      if (connected) await Promise.race([until(() => sent.size === 0), sleep(closingMs, undefined, { ref: false })])
      await client.endAsync(!connected || sent.size > 0)
    },
  }
}

/** Why no connection came about. MQTT 3.1.1, table 3.1: 4 is a bad user name or password, 5 is "not authorized". */
const troubleOf = (failure: Error | undefined): Trouble =>
  failure instanceof ErrorWithReasonCode && [4, 5].includes(failure.code) ? 'refused' : 'away'

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
