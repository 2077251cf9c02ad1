// The logger: JSON lines for machines, coloured lines on a terminal.
import { type Logger, pino } from 'pino'

export type { Logger } from 'pino'

/** From the quietest to the most talkative. */
export const logLevels = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const
export type LogLevel = (typeof logLevels)[number]

const isForPerson = process.stdout.isTTY && process.env['NODE_ENV'] !== 'production'
/** Loaded only where it is used: that takes longer than to begin to log. */
const pretty = isForPerson ? (await import('pino-pretty')).default : null

/**
 * A logger on standard output, pretty only on a terminal outside production. It writes synchronously, so that the last
 * words of a process are not lost. Each service gets `logger.child({ service: name })`.
 */
export function createLogger(level: LogLevel): Logger {
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: named } }
  return pino(options, pretty?.({ sync: true, translateTime: 'SYS:HH:MM:ss' }) ?? pino.destination({ sync: true }))
}

const named = (label: string) => ({ level: label })
