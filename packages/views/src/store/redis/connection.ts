// Connections to Redis that show an outage within seconds, and end it by themselves.
import type { Logger } from '@health/runtime'
import { Redis, type RedisOptions } from 'ioredis'
import { ViewsUnavailable } from '../store.ts'
import { beat, scripts } from './script.ts'

/** A reply that takes longer will not come: the connection is dropped, so that half-open ones are noticed. */
const replyTimeoutMs = 3_500
const beatMs = 1_000

const common = {
  connectionName: 'health-views',
  connectTimeout: replyTimeoutMs,
  socketTimeout: replyTimeoutMs,
  keepAlive: beatMs,
  retryStrategy: (attempt: number) => Math.min(25 * 2 ** attempt, 2_000),
} satisfies RedisOptions

// What cannot be sent, or has no reply when the connection breaks, fails at once and is never sent again.
const stepOptions = {
  ...common,
  commandTimeout: replyTimeoutMs,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  scripts,
} satisfies RedisOptions

/** Where the beginning and the end of an outage are said. */
export type OutageLog = Pick<Logger, 'info' | 'warn'>

export interface StepConnection {
  /** The reply to `command`. Rejects with `ViewsUnavailable` for an outage, with the driver's error for a bug. */
  ask<T>(command: (redis: Redis) => Promise<T>): Promise<T>
  waitingFor(): string | null
  /** Waits for the replies to what was asked before. */
  close(): Promise<void>
}

/**
 * A connection for steps. Every second it learns whether Redis answers and takes writes. Resolves once the first attempt
 * to connect has succeeded or failed.
 */
export async function openStepConnection(url: string, logger: OutageLog): Promise<StepConnection> {
  const redis = new Redis(url, stepOptions)
  const health = followHealth(redis, logger)
  const ask = async <T>(command: (redis: Redis) => Promise<T>): Promise<T> => {
    try {
      return await command(redis)
    } catch (error) {
      // The driver attaches the command, which holds patients' data or a password.
      if (error instanceof Error) Reflect.deleteProperty(error, 'command')
      if (!isOutage(error)) throw error
      health.ill(error)
      throw new ViewsUnavailable(health.waitingFor() ?? error.message, { cause: error })
    }
  }
  const heart = setInterval(async () => {
    if (redis.status === 'ready') await beat(redis).then(health.well, health.ill)
  }, beatMs)
  heart.unref()
  await new Promise((resolve) => {
    for (const event of ['ready', 'close', 'end']) redis.once(event, resolve)
  })
  return {
    ask,
    waitingFor: health.waitingFor,
    async close() {
      clearInterval(heart)
      health.stop()
      if (redis.status === 'ready') await redis.quit().catch(() => {})
      redis.disconnect()
    },
  }
}

/** A connection for reads, which wait through an outage and are sent again after it. It leaves reports to the other. */
export function openReadConnection(url: string): Redis {
  return new Redis(url, { ...common, maxRetriesPerRequest: null }).on('error', () => {})
}

/** Whether an error is due to the state that Redis or the network is in, and not to a wrong command. */
export function isOutage(error: unknown): error is Error {
  if (!(error instanceof Error) || error instanceof TypeError || error instanceof RangeError) return false
  return error.name !== 'ReplyError' || !/^(ERR|WRONGTYPE) /.test(error.message)
}

const addressOf = ({ options }: Redis): string => `${options.host}:${options.port}`

interface Health {
  waitingFor(): string | null
  well(): void
  ill(error: Error): void
  stop(): void
}

/** Keeps what is wrong with a connection, and says once in the log when an outage begins and when it is over. */
function followHealth(redis: Redis, logger: OutageLog): Health {
  const address = addressOf(redis)
  let problem: string | null = 'connecting'
  let logged = false
  let stopped = false
  const health: Health = {
    waitingFor: () => problem && `Redis at ${address}: ${problem}`,
    well() {
      if (logged && !stopped) logger.info({ redis: address }, 'Redis answers again.')
      problem = null
      logged = false
    },
    ill({ name, message }) {
      if (name === 'MaxRetriesPerRequestError') problem = 'the connection broke before the reply'
      else if (message.startsWith("Stream isn't writeable")) problem ??= 'not connected'
      else problem = message
      if (!logged && !stopped) logger.warn({ redis: address, problem }, 'Waiting for Redis.')
      logged = true
    },
    stop() {
      stopped = true
    },
  }
  redis.on('ready', health.well)
  redis.on('error', health.ill)
  redis.on('close', () => problem ?? health.ill(new Error('the connection broke')))
  return health
}
