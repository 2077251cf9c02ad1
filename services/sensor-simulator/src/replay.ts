// Replay of a trace: real readings sent again, at the pace they had, faster, or as fast as the broker takes them.
import { setTimeout as sleep } from 'node:timers/promises'
import { formatReading } from '@health/domain'
import type { Logger } from '@health/runtime'
import { showProgress } from './progress.ts'
import type { Publisher } from './publisher.ts'
import { readTrace, type TraceSummary } from './trace.ts'

export interface ReplayOptions {
  path: string
  trace: TraceSummary
  /** As in SIM_TRACE_SPEED. */
  speed: number
  publisher: Publisher
  logger: Logger
  /** The clock, epoch ms. */
  now(): number
}

/**
 * When a row measured at `measuredAt` seems to be measured in the replay, which is also when it is sent. The first row
 * is now; distances are divided by `speed`, so that at any speed the newest reading is of this moment. At 0 times stay
 * as they are.
 */
export const retime = (measuredAt: number, speed: number, firstAt: number, now: number): number =>
  speed === 0 ? measuredAt : Math.round(now + (measuredAt - firstAt) / speed)

/**
 * Sends every row in the file's order, none dropped: while the broker is away it waits. Rows that are late then, or not
 * in the order of time, follow at once. Resolves when all is acknowledged or `signal` aborts; rejects with `TraceError`.
 */
export async function replayTrace(options: ReplayOptions, signal: AbortSignal): Promise<void> {
  const { path, trace, speed, publisher, logger, now } = options
  await publisher.whenReady()
  const start = now()
  let sent = 0
  const progress = showProgress(trace.rows, () => sent - publisher.unacknowledged())
  try {
    for await (const reading of readTrace(path)) {
      const measuredAt = retime(reading.measuredAt, speed, trace.firstAt, start)
      if (speed > 0) await waitUntil(measuredAt, now, signal)
      if (!publisher.isReady()) await publisher.whenReady()
      if (signal.aborted) return
      publisher.send(formatReading({ ...reading, measuredAt }))
      sent++
    }
    await publisher.whenAcknowledged()
  } finally {
    progress.end()
  }
  if (!signal.aborted) logger.info({ rows: sent, seconds: Math.round((now() - start) / 1000) }, 'The trace is sent.')
}

/** Timers reach no further than 24 days, and clocks are set. */
const longestSleepMs = 60_000

async function waitUntil(time: number, now: () => number, signal: AbortSignal): Promise<void> {
  for (let left = time - now(); left > 0 && !signal.aborted; left = time - now()) {
    await sleep(Math.min(left, longestSleepMs), undefined, { signal }).catch(() => {})
  }
}
