// How much is measured: enough to be worth quoting, or just enough to see that it works.
import type { LakeSize } from './data/lake.ts'

/** What grows, each while the others stay as they are. */
export interface GrowthSizes {
  /** Of the backlog that each size drains; instances share the one of a cold start. */
  messages: number
  warmUpSeconds: number
  liveSeconds: number
  partitions: readonly number[]
  patients: readonly number[]
  instances: readonly number[]
  days: readonly number[]
  rowsADay: number
  /** Rows that are new at the second batch run. */
  lastMinuteRows: number
}

export interface Sizes {
  patients: number
  /** Messages of the backlog that is drained from a cold start, and of the long one that shows the steady rate. */
  backlog: number
  longBacklog: number
  /** Messages of the part of the backlog that Spark drains row by row. */
  rowBacklog: number
  /** Spark's micro-batches: messages of one, for the newest per patient and row by row. */
  latestBatch: number
  rowBatch: number
  /** Seconds that traffic runs before it is measured, and is measured. */
  warmUpSeconds: number
  liveSeconds: number
  ingress: number
  growth: GrowthSizes
  /** Patients whose views are filled to the brim. */
  fullPatients: number
  lakes: Record<'batch-1m' | 'batch-10m' | 'batch-small-files', LakeSize>
  /** Patients of fan-out, each of whom sends once a second, and the sockets of its two rounds. */
  fanOutPatients: number
  fewSockets: number
  manySockets: number
}

export const fullSizes: Sizes = {
  patients: 200,
  backlog: 2_000_000,
  longBacklog: 8_000_000,
  rowBacklog: 500_000,
  latestBatch: 500_000,
  rowBatch: 100_000,
  warmUpSeconds: 10,
  liveSeconds: 20,
  ingress: 300_000,
  growth: {
    messages: 600_000,
    warmUpSeconds: 4,
    liveSeconds: 10,
    partitions: [1, 6, 24],
    patients: [10, 1000, 30_000],
    instances: [1, 2, 4],
    days: [1, 30, 3650],
    rowsADay: 2400,
    lastMinuteRows: 1200,
  },
  fullPatients: 200,
  lakes: {
    'batch-1m': { rows: 1_000_000, files: 210 },
    'batch-10m': { rows: 10_000_000, files: 210 },
    'batch-small-files': { rows: 1_000_000, files: 50_000 },
  },
  fanOutPatients: 1000,
  fewSockets: 1000,
  manySockets: 5000,
}

export const quickSizes: Sizes = {
  patients: 100,
  backlog: 60_000,
  longBacklog: 120_000,
  rowBacklog: 30_000,
  latestBatch: 20_000,
  rowBatch: 10_000,
  warmUpSeconds: 1,
  liveSeconds: 2,
  ingress: 20_000,
  growth: {
    messages: 20_000,
    warmUpSeconds: 1,
    liveSeconds: 1,
    partitions: [1, 6],
    patients: [10, 1000],
    instances: [1, 2],
    days: [1, 30],
    rowsADay: 600,
    lastMinuteRows: 60,
  },
  fullPatients: 6,
  lakes: {
    'batch-1m': { rows: 20_000, files: 210 },
    'batch-10m': { rows: 60_000, files: 210 },
    'batch-small-files': { rows: 20_000, files: 2100 },
  },
  fanOutPatients: 100,
  fewSockets: 50,
  manySockets: 100,
}
