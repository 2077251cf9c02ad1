// Simulated patients in real time: one reading after the other, spread evenly over the interval.
import type { Logger } from '@health/runtime'
import type { Outgoing } from './faults.ts'
import type { SimulatorMetrics } from './metrics.ts'
import type { Publisher } from './publisher.ts'
import type { Source } from './source.ts'

export interface LiveOptions {
  /** At least one. */
  sources: readonly Source[]
  /** Between two readings of one patient. */
  intervalMs: number
  publisher: Pick<Publisher, 'isReady' | 'waitingFor' | 'send'>
  metrics: Pick<SimulatorMetrics, 'fault' | 'dropped'>
  logger: Pick<Logger, 'info'>
  /** The clock, epoch ms. */
  now(): number
}

/** Many patients are sent in small groups this far apart. */
const shortestPauseMs = 5
/** Further off its time than this (or two intervals), the process slept or the clock was set. */
const longestDelayMs = 5000

/**
 * Sends until the returned function is called. Life goes on while the broker is away or too slow: such messages are
 * dropped and counted. After a sleep of the process it goes on with the current time and the next reading.
 */
export function startLive({ sources, intervalMs, publisher, metrics, logger, now }: LiveOptions): () => void {
  const stepMs = intervalMs / sources.length
  const longestDelay = Math.max(longestDelayMs, 2 * intervalMs)
  let start = now()
  let count = 0
  let missed = 0
  let timer = setTimeout(sendDue, 0)

  const dueAt = () => start + count * stepMs

  function sendDue(): void {
    const time = now()
    if (Math.abs(time - dueAt()) > longestDelay) start += time - dueAt()
    for (; dueAt() <= time; count++) {
      for (const message of sources[count % sources.length]?.next(Math.floor(dueAt())) ?? []) send(message)
    }
    timer = setTimeout(sendDue, Math.max(shortestPauseMs, dueAt() - now()))
  }

  function send({ payload, fault }: Outgoing): void {
    if (publisher.isReady()) {
      publisher.send(payload)
      if (fault !== null) metrics.fault(fault)
      if (missed > 0) logger.info({ dropped: missed }, 'Sending again; what was measured meanwhile is dropped.')
      missed = 0
      return
    }
    metrics.dropped()
    if (publisher.waitingFor() !== null) missed++
  }

  return () => clearTimeout(timer)
}
