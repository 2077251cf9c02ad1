// What the speed layer counts and measures.
import { Counter, Histogram, type Registry } from '@health/runtime'
import type { RecordCounts } from '@health/views'
import type { Applied } from './apply-batches.ts'

export interface SpeedMetrics {
  /** To be called when something was applied and is visible (epoch ms). */
  applied(applied: Applied, at: number): void
  lost(records: number): void
}

/** Registers the metrics in `registry`. */
export function createSpeedMetrics(registry: Registry): SpeedMetrics {
  const registers = [registry]
  const records = new Counter({
    name: 'speed_records_total',
    help: 'Records applied to the views; invalid ones change only counters.',
    labelNames: ['verdict'],
    registers,
  })
  const dropped = new Counter({
    name: 'speed_dropped_total',
    help: 'Signals and records that were dropped and dead-lettered.',
    labelNames: ['reason'],
    registers,
  })
  const lost = new Counter({
    name: 'speed_lost_total',
    help: 'Records that retention deleted before they were applied.',
    registers,
  })
  const seconds = new Histogram({
    name: 'speed_visible_seconds',
    help: 'Time from the log receiving the newest of the records written together until it was visible in the views.',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30],
    registers,
  })
  return {
    applied({ receivedAt, before, counts }, at) {
      if (counts.records === before.records) return
      seconds.observe(Math.max(0, at - receivedAt) / 1000)
      const since = (count: (counts: RecordCounts) => number) => count(counts) - count(before)
      records.inc(
        { verdict: 'valid' },
        since(({ valid, duplicate }) => valid + duplicate),
      )
      records.inc(
        { verdict: 'invalid' },
        since(({ invalid }) => invalid),
      )
      records.inc(
        { verdict: 'action' },
        since(({ actions }) => actions),
      )
      for (const reason in counts.dropped)
        dropped.inc(
          { reason },
          since((all) => all.dropped[reason] ?? 0),
        )
    },
    lost: (count) => lost.inc(count),
  }
}
