// The life of a process: reads its settings, runs until a signal or a failure, ends with an exit code that tells which.
import type { Logger } from 'pino'
import { z } from 'zod'
import { closeAfterBody } from './close-after-body.ts'
import { ConfigError, describeConfig, readConfig, type Settings } from './config.ts'
import { createServer } from './create-server.ts'
import { port } from './fields.ts'
import { createHealthHandler, type Health } from './health.ts'
import { listen } from './listen.ts'
import { createLogger, logLevels } from './logger.ts'
import type { Service, ServiceContext } from './service.ts'
import { createServiceGroup, type ServiceGroup } from './service-group.ts'
import { keepObjectsYoung } from './young-objects.ts'

/** The settings that every service has. */
export const runtimeSettings = {
  LOG_LEVEL: z
    .enum(logLevels, `must be one of ${logLevels.join(', ')}`)
    .default('info')
    .describe('how much is logged'),
  HOST: z.string().default('127.0.0.1').describe('address to listen on; 0.0.0.0 is every one of this machine'),
  METRICS_PORT: port({ default: 9464 }).describe('port of /healthz, /readyz and /metrics'),
}

type RuntimeConfig = z.output<z.ZodObject<typeof runtimeSettings>>

export interface RunOptions {
  /** How long stopping may take before the process exits 1. */
  stopTimeoutMs?: number
}

/**
 * Runs one service as the process: health and metrics on METRICS_PORT, until SIGTERM or SIGINT (exit 0) or a failure
 * (exit 1). `settings` holds `runtimeSettings`; `health` may be served on the service's own port as well.
 */
export async function runService<C extends RuntimeConfig>(
  name: string,
  settings: Settings<C>,
  start: (config: C, context: ServiceContext, health: Health) => Promise<Service>,
  options: RunOptions = {},
): Promise<void> {
  const config = readOrExit(settings)
  const logger = createLogger(config.LOG_LEVEL)
  const group = createServiceGroup(logger)
  exitOnSignals(group, logger, options)
  try {
    await serveHealth(name, group, config, logger)
    await group.start(name, (context) => {
      context.logger.info({ config: describeConfig(config) }, 'Starting.')
      return start(config, context, group)
    })
    keepObjectsYoung()
  } catch (error) {
    exitWith(error, logger)
  }
}

/**
 * Makes the process end with the group. SIGTERM or SIGINT: not ready, stop, exit 0; the same signal again or a
 * time-out (10 s): exit 1. A failed service or an uncaught error: exit 1. One call per process. The function that it
 * returns stops like a first signal, for the reason given.
 */
export function exitOnSignals(
  group: ServiceGroup,
  logger: Logger,
  { stopTimeoutMs = 10_000 }: RunOptions = {},
): (reason: string) => void {
  const fail = (error: unknown) => exitWith(error, logger)
  const giveUp = (why: string) => {
    logger.fatal({ why }, 'Leaving without having stopped cleanly.')
    process.exit(1)
  }
  let first: string | undefined
  const stop = async (reason: string) => {
    // Another signal is the same wish by another way: Ctrl-C reaches `node --watch` and this process, and the watcher
    // sends SIGTERM on.
    if (first !== undefined) return first === reason ? giveUp('a second signal') : undefined
    first = reason
    logger.info({ reason }, 'Stopping.')
    setTimeout(giveUp, stopTimeoutMs, `stopping took longer than ${stopTimeoutMs} ms`)
    await group.stop()
    logger.info('Stopped.')
    process.exit(0)
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop(signal).catch(fail))
  process.on('uncaughtException', fail)
  group.failed.catch(fail)
  return (reason) => void stop(reason).catch(fail)
}

/** Ends the process with 1, saying why: a `ConfigError` by its message alone, anything else with its stack. */
export function exitWith(error: unknown, logger: Logger = createLogger('info')): never {
  if (error instanceof ConfigError) process.stderr.write(`${error.message}\n`)
  else logger.fatal({ err: error }, 'Cannot go on.')
  process.exit(1)
}

function readOrExit<C>(settings: Settings<C>): C {
  try {
    return readConfig(settings)
  } catch (error) {
    exitWith(error)
  }
}

async function serveHealth(name: string, health: Health, config: RuntimeConfig, logger: Logger): Promise<void> {
  const handle = createHealthHandler(health)
  const limits = { requestTimeout: 5_000, headersTimeout: 5_000, connectionsCheckingInterval: 1_000 }
  const server = createServer(limits, (request, response) => {
    const refuse = (error?: unknown) => {
      if (error !== undefined) logger.error({ err: error }, 'A question for metrics failed.')
      response.writeHead(error === undefined ? 404 : 500).end()
    }
    closeAfterBody(request, response, () => handle(request, response, refuse))
  })
  const taken = await listen(server, { port: config.METRICS_PORT, host: config.HOST, variable: 'METRICS_PORT' })
  logger.info({ service: name, port: taken }, 'Serving /healthz, /readyz and /metrics.')
}
