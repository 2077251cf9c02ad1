// Connections to Kafka: opened when first used, bounded in time, and made anew after every failure.
import type { Logger } from '@health/runtime'
import { Kafka, logLevel } from 'kafkajs'
import { LogUnavailable } from '../log.ts'
import { within } from '../shared/waiting.ts'

/** How long a request to Kafka may take; a connection that is half open is noticed by it. */
export const requestTimeoutMs = 4000
/** How long a caller waits, retries included. */
const answerWithinMs = 5000

/** For what passes in a moment, like a new leader. Whatever lasts longer is retried here, with a new client. */
export const briefRetries = { initialRetryTime: 100, maxRetryTime: 500, retries: 5 }

export interface KafkaAddress {
  brokers: readonly string[]
  /** What Kafka calls this client in its own logs. */
  clientId: string
  logger: Logger
}

/** Where the clients come from. What kafkajs says of its attempts is told at level debug: we have our own words for it. */
export const createKafka = ({ brokers, clientId, logger }: KafkaAddress): Kafka =>
  new Kafka({
    brokers: [...brokers],
    clientId,
    connectionTimeout: 2000,
    requestTimeout: requestTimeoutMs,
    retry: briefRetries,
    logLevel: logLevel.WARN,
    logCreator: () => (entry) => logger.debug({ kafkajs: entry.log }, 'kafkajs reports'),
  })

/** What a failure of kafkajs means to a caller: none of its errors is about the records. */
export const unavailable = (error: unknown): LogUnavailable =>
  new LogUnavailable(`Kafka cannot be used: ${error instanceof Error ? error.message : error}`, { cause: error })

interface Client {
  connect(): Promise<void>
  disconnect(): Promise<void>
}

export interface Connection<C extends Client> {
  /** What `work` comes to. Rejects with `LogUnavailable` when Kafka refuses, cannot be reached or is late. */
  use<T>(work: (client: C) => Promise<T>): Promise<T>
  /** Disconnects after the work under way. The next use opens a new client. */
  close(): Promise<void>
}

/**
 * A connection of clients from `create`, one at a time. kafkajs does not recover from every failure, and a producer
 * must not: it would give the number of a request whose fate is unknown to other records, which Kafka then drops as
 * sent before. So no client is used again after a failure.
 */
export function createConnection<C extends Client>(create: () => C): Connection<C> {
  let current: OpenClient<C> | null = null

  return {
    async use(work) {
      current ??= openClient(create())
      const open = current
      try {
        const result = open.connected.then(() => work(open.client))
        return await within(answerWithinMs, open.track(result), () => new Error('no answer in time'))
      } catch (error) {
        if (current === open) current = null
        void open.close()
        throw unavailable(error)
      }
    },
    async close() {
      const open = current
      current = null
      await open?.close()
    },
  }
}

interface OpenClient<C> {
  client: C
  connected: Promise<void>
  track<T>(work: Promise<T>): Promise<T>
  /** Disconnects after the work under way, which kafkajs would else leave hanging. Never rejects. */
  close(): Promise<void>
}

function openClient<C extends Client>(client: C): OpenClient<C> {
  const underWay = new Set<Promise<unknown>>()
  return {
    client,
    connected: client.connect(),
    track(work) {
      underWay.add(work)
      const done = () => underWay.delete(work)
      work.then(done, done)
      return work
    },
    async close() {
      await Promise.allSettled(underWay)
      await client.disconnect().catch(() => undefined)
    },
  }
}
