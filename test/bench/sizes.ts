// The sizes of all works: full ones for figures to quote, quick ones to see that everything runs.
import type { LakeSize } from './data/lake.ts'

/** The patients of every lake. */
export const lakePatients = 200

/** The sizes of each thing that grows, while the others keep their middle size. */
export interface GrowthSizes {
  /** Messages of the backlog that each size drains; instances drain `Sizes.backlog`. */
  messages: number
  warmUpSeconds: number
  liveSeconds: number
  partitions: readonly number[]
  patients: readonly number[]
  instances: readonly number[]
  days: readonly number[]
  rowsADay: number
  /** New rows for the second batch run. */
  lastMinuteRows: number
}

export interface Sizes {
  patients: number
  /** Messages of the backlog that is drained from a cold start, and of the long one that shows the steady rate. */
  backlog: number
  longBacklog: number
  /** Spark drains only this many messages of the backlog row by row. */
  rowBacklog: number
  /** Messages of a micro-batch of Spark: newest per patient, and row by row. */
  latestBatch: number
  rowBatch: number
  /** Seconds of traffic before the measurement, and during it. */
  warmUpSeconds: number
  liveSeconds: number
  ingress: number
  growth: GrowthSizes
  /** Patients with every window of their views full. */
  fullPatients: number
  lakes: Record<'batch-1m' | 'batch-10m' | 'batch-small-files', LakeSize>
  /** Patients of fan-out, each of whom sends once a second, and the sockets of its two contenders. */
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
