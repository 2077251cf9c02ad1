// The pipeline in numbers: from what log and views say of themselves, once a second, to the row that people see.
import type { DropReason, Hop, Percentiles, PipelineRow } from '@health/domain'
import type { PartitionRange } from '@health/log'
import type { BatchView, PartitionState } from '@health/views'
import { createProblems, type Outages } from './pipeline-problems.ts'
import { createBacklogAge, createRate, createStandstill } from './rates.ts'

/** What is known at one moment; of a part that does not answer, what it said last. */
export interface PipelineFacts {
  /** Epoch ms. */
  now: number
  ranges: readonly PartitionRange[]
  /** Partition → the offset below which everything is in the lake. */
  archived: ReadonlyMap<number, number>
  states: readonly PartitionState[]
  batch: BatchView | null
  latencies: { log: Percentiles | null; browser: Percentiles | null }
  clients: number
  outages: Outages
}

/** Makes the rows; rates and ages come from the facts told before, so it must be told once a second or so. */
export function createPipelineRows(archiveRollSeconds: number): (facts: PipelineFacts) => PipelineRow {
  const rates = { log: createRate(), speedLayer: createRate(), archiver: createRate() }
  const standstills = { speedLayer: createStandstill(), archiver: createStandstill() }
  const ages: ReturnType<typeof createBacklogAge>[] = []
  const problemsOf = createProblems(archiveRollSeconds)

  return (facts) => {
    const { now, ranges, states, archived, batch } = facts
    const taken = ranges.map(({ partition, low, end }) => ({
      partition,
      end,
      position: states[partition]?.position ?? low,
      receivedAt: states[partition]?.receivedAt ?? 0,
    }))
    const behindMs = taken.map((progress) => {
      ages[progress.partition] ??= createBacklogAge()
      return ages[progress.partition]?.(now, progress) ?? 0
    })
    const saved = ranges.map(({ partition, low, end }) => ({ end, position: archived.get(partition) ?? low }))
    const log = hop(rates.log, now, sum(ranges, 'end'), 0)
    const speedLayer = hop(
      rates.speedLayer,
      now,
      sumOf(states, ({ counts }) => counts.records),
      lagOf(taken),
    )
    const archiver = hop(rates.archiver, now, sum(saved, 'position'), lagOf(saved))
    return {
      log,
      speed_layer: {
        ...speedLayer,
        valid: sumOf(states, ({ counts }) => counts.valid),
        duplicates: sumOf(states, ({ counts }) => counts.duplicate),
        dropped: droppedOf(states),
        latency_ms: facts.latencies.log,
        behind_seconds: Math.round(Math.max(0, ...behindMs) / 1000),
      },
      csv_archiver: archiver,
      batch: batch?.run ?? null,
      dashboard: { clients: facts.clients, latency_ms: facts.latencies.browser },
      problems: problemsOf(now, {
        outages: facts.outages,
        speedLayer: waiting(standstills.speedLayer, facts, taken),
        archiver: waiting(standstills.archiver, facts, saved),
        missing: missingRecords(ranges, states, batch),
      }),
      at: new Date(now).toISOString(),
    }
  }
}

const hop = (rate: (now: number, total: number) => number, now: number, records: number, lag: number): Hop => ({
  records,
  rate: rate(now, records),
  lag,
})

/** While log or views are away nobody can tell whether a consumer stands still. */
function waiting(
  standstill: ReturnType<typeof createStandstill>,
  { now, outages }: PipelineFacts,
  partitions: readonly { position: number; end: number }[],
): { lag: number; idleMs: number } {
  const isKnown = outages.log === undefined && outages.views === undefined
  const seen = isKnown ? partitions : partitions.map(({ position }) => ({ position, end: position }))
  return { lag: lagOf(partitions), idleMs: standstill(now, seen) }
}

const sumOf = <T>(items: readonly T[], value: (item: T) => number): number =>
  items.reduce((total, item) => total + value(item), 0)

const sum = <K extends string>(items: readonly Record<K, number>[], field: K): number =>
  sumOf(items, (item) => item[field])

const lagOf = (partitions: readonly { end: number; position: number }[]): number =>
  sumOf(partitions, ({ end, position }) => Math.max(0, end - position))

function droppedOf(states: readonly PartitionState[]): Partial<Record<DropReason, number>> {
  const dropped: Record<string, number> = {}
  for (const { counts } of states) {
    for (const [reason, n] of Object.entries(counts.dropped)) dropped[reason] = (dropped[reason] ?? 0) + n
  }
  return dropped
}

/** Records that the speed layer never saw, deleted as they were, and that the batch view does not cover yet. */
const missingRecords = (
  ranges: readonly PartitionRange[],
  states: readonly PartitionState[],
  batch: BatchView | null,
): number =>
  sumOf(ranges, ({ partition, low }) => {
    const lost = states[partition]?.counts.lost ?? 0
    return (batch?.watermark.get(partition) ?? 0) < low ? lost : 0
  })
