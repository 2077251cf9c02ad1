// The pipeline in numbers: from what log and views say of themselves, once a second, to the row that people see.
import { batchRunRow, type Percentiles, type PipelineRow } from '@health/api'
import type { DropReason } from '@health/domain'
import type { PartitionRange } from '@health/log'
import type { BatchView, PartitionState } from '@health/views'
import { countMerge } from './merge.ts'
import { createProblems, type Outages } from './problems.ts'
import { createBacklogAge, createRate, createStandstill, type Progress } from './rates.ts'

/** What is known at one moment; of a part that does not answer, what it said last. */
export interface PipelineFacts {
  /** Epoch ms. */
  now: number
  /** Empty until the log first answers. */
  ranges: readonly PartitionRange[]
  /** Partition → the offset below which everything is in the lake. */
  archived: ReadonlyMap<number, number>
  /** Empty until the views first answer. */
  states: readonly PartitionState[]
  batch: BatchView | null
  latencies: Record<'sensors' | 'log' | 'browser', Percentiles | null>
  clients: number
  /** Readings told to browsers since the start. */
  told: number
  outages: Outages
}

/** Makes the rows; rates and ages come from the facts told before, so it must be told once a second or so. */
export function createPipelineRows(archiveRollSeconds: number): (facts: PipelineFacts) => PipelineRow {
  const rates = { log: createRate(), speedLayer: createRate(), archiver: createRate(), dashboard: createRate() }
  const standstills = { speedLayer: createStandstill(), archiver: createStandstill() }
  const behind = { speedLayer: createBehindSeconds(), archiver: createBehindSeconds() }
  const problemsOf = createProblems(archiveRollSeconds)

  return (facts) => {
    const { now, ranges, states, archived, batch, outages } = facts
    // A total that was not known a moment ago says nothing of how fast it grows.
    const logIsKnown = ranges.length > 0 && outages.log === undefined
    const viewsAreKnown = states.length > 0 && outages.views === undefined
    const taken = ranges.map(({ partition, low, end }) => ({
      partition,
      end,
      position: states.length === 0 ? end : (states[partition]?.position ?? low),
      receivedAt: states[partition]?.receivedAt ?? 0,
    }))
    const saved = ranges.map(({ partition, low, end }) => ({
      partition,
      end,
      position: archived.get(partition) ?? low,
      receivedAt: 0,
    }))
    const perSecond = (rate: Rate, isKnown: boolean, total: number) => rate(now, isKnown ? total : null)
    const records = {
      log: sum(ranges, 'end'),
      speedLayer: sumOf(states, ({ counts }) => counts.records),
      archiver: sum(saved, 'position'),
    }
    return {
      sensors: { latency_ms: facts.latencies.sensors },
      log: { records: records.log, rate: perSecond(rates.log, logIsKnown, records.log), lag: 0 },
      speed_layer: {
        records: records.speedLayer,
        rate: perSecond(rates.speedLayer, viewsAreKnown, records.speedLayer),
        lag: lagOf(taken),
        valid: sumOf(states, ({ counts }) => counts.valid),
        duplicates: sumOf(states, ({ counts }) => counts.duplicate),
        dropped: droppedOf(states),
        latency_ms: facts.latencies.log,
        behind_seconds: behind.speedLayer(now, taken),
      },
      csv_archiver: {
        records: records.archiver,
        rate: perSecond(rates.archiver, logIsKnown, records.archiver),
        lag: lagOf(saved),
        behind_seconds: behind.archiver(now, saved),
      },
      batch: batch?.run ? batchRunRow(batch.run) : null,
      merge: batch === null || states.length === 0 ? null : countMerge(states, batch),
      dashboard: {
        clients: facts.clients,
        rate: rates.dashboard(now, facts.told),
        latency_ms: facts.latencies.browser,
      },
      problems: problemsOf(now, {
        outages,
        speedLayer: waiting(standstills.speedLayer, facts, taken),
        archiver: waiting(standstills.archiver, facts, saved),
        missing: missingRecords(ranges, states, batch),
      }),
      at: new Date(now).toISOString(),
    }
  }
}

type Rate = ReturnType<typeof createRate>

/** How long, in whole seconds, the oldest record of all partitions that waits has been waiting. */
function createBehindSeconds(): (now: number, partitions: readonly (Progress & { partition: number })[]) => number {
  const ages: ReturnType<typeof createBacklogAge>[] = []
  return (now, partitions) => {
    const waitedMs = partitions.map((progress) => {
      ages[progress.partition] ??= createBacklogAge()
      return ages[progress.partition]?.(now, progress) ?? 0
    })
    return Math.round(Math.max(0, ...waitedMs) / 1000)
  }
}

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
