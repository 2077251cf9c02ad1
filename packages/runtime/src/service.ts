// What a service is, for the process that runs it: alone under main.ts, or with the others in the demo.
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'

/** What a service gets from the process it runs in. */
export interface ServiceContext {
  logger: Logger
  /** Where the service registers its metrics. Each service has its own; the demo merges them with a label. */
  metrics: Registry
  /** The clock, epoch ms. */
  now(): number
}

/** A running service. */
export interface Service {
  /** What it waits for, in words for an operator (`/readyz` answers 503 with it); `null` when it is at work. */
  waitingFor(): string | null
  /** Rejects when it cannot go on; the process then exits 1 and its supervisor restarts it. Never for an outage. */
  failed?: Promise<never>
  /** Stops taking in, finishes what is under way, flushes, closes its ports. Called once. */
  stop(): Promise<void>
}
