// What the speed layer counts and measures.
import { Counter, Histogram, type Registry } from '@health/runtime'
import type { JudgedRecord } from './fold.ts'

export interface SpeedMetrics {
  /** To be called with what a batch applied, when it is visible (epoch ms). */
  applied(records: readonly JudgedRecord[], at: number): void
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
    help: 'Time from the log receiving the newest record of a batch until it was visible in the views.',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30],
    registers,
  })
  return {
    applied(judged, at) {
      const newest = judged.at(-1)
      if (newest === undefined) return
      seconds.observe(Math.max(0, at - newest.receivedAt) / 1000)
      // Counted by batch: a labelled counter takes longer than judging a record.
      const verdicts = { valid: 0, invalid: 0, action: 0 }
      for (const { verdict } of judged) {
        verdicts[verdict.kind]++
        for (const reason of verdict.dropped) dropped.inc({ reason })
      }
      for (const [verdict, count] of Object.entries(verdicts)) records.inc({ verdict }, count)
    },
    lost: (count) => lost.inc(count),
  }
}
