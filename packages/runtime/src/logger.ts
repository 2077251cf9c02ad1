// The logger: JSON lines for machines, coloured lines on a terminal.
import { type Logger, pino } from 'pino'
import pretty from 'pino-pretty'

export type { Logger } from 'pino'

/** From the quietest to the most talkative. */
export const logLevels = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const
export type LogLevel = (typeof logLevels)[number]

/**
 * A logger on standard output, pretty only on a terminal outside production. It writes synchronously, so that the last
 * words of a process are not lost. Each service gets `logger.child({ service: name })`.
 */
export function createLogger(level: LogLevel): Logger {
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: named } }
  const forPerson = process.stdout.isTTY && process.env['NODE_ENV'] !== 'production'
  return pino(
    options,
    forPerson ? pretty({ sync: true, translateTime: 'SYS:HH:MM:ss' }) : pino.destination({ sync: true }),
  )
}

const named = (label: string) => ({ level: label })
