// The bridge's way into the log: appends, and knows whether the last one went well.
import { type EventLog, LogUnavailable, type NewRecord } from '@health/log'

export interface Appender {
  /**
   * As `EventLog.append`: calls are written in the order in which they are made, and grouped while the log is at work.
   * Any rejection means that it is unknown what is stored; it has been reported, the caller need not.
   */
  append(records: readonly NewRecord[]): Promise<void>
  /** Asks the log whether it is there: what ends an outage where no message comes. Never rejects. */
  look(): Promise<void>
  /** What is waited for before messages are taken, in words for an operator; `null` when the log is there. */
  waitingFor(): string | null
  /** Rejects when an append failed for another reason than an outage. */
  failed: Promise<never>
}

export interface AppenderEvents {
  /** An append begins; the answer is called when it has ended, well or not. */
  onAppend(): () => void
  /** Once an outage, however many appends it fails. */
  onOutage(error: LogUnavailable): void
  onRecovery(): void
}

/** An appender to `topic`. */
export function createAppender(log: EventLog, topic: string, events: AppenderEvents): Appender {
  const failed = Promise.withResolvers<never>()
  let outage: LogUnavailable | null = null
  let wasThere = false

  function isThere(): void {
    if (outage !== null) events.onRecovery()
    outage = null
    wasThere = true
  }

  function isAway(error: unknown): void {
    if (!(error instanceof LogUnavailable)) failed.reject(error)
    else {
      if (outage === null) events.onOutage(error)
      outage = error
    }
  }

  return {
    async append(records) {
      const ended = events.onAppend()
      try {
        await log.append(topic, records)
        isThere()
      } catch (error) {
        isAway(error)
        throw error
      } finally {
        ended()
      }
    },
    look: () => log.ranges(topic).then(isThere, isAway),
    waitingFor: () => outage?.message ?? (wasThere ? null : 'the log'),
    failed: failed.promise,
  }
}
