// The pipeline as people see it: the row of `GET /api/pipeline` and of the event `pipeline`.
import type { DropReason } from '@health/domain'

/** One stage of the pipeline. */
export interface Hop {
  /** Records that have passed it. */
  records: number
  /** Records a second over the last ten seconds. */
  rate: number
  /** Records in the log that it has not taken yet. */
  lag: number
}

export interface Percentiles {
  p50: number
  p99: number
}

export interface BatchRunRow {
  state: 'running' | 'done' | 'failed'
  started_at: string
  /** What it is doing or what went wrong, for a person. */
  message: string
  computed_at: string | null
  /** Patient-days that it computed: those that had changed since the run before. */
  rows: number | null
  /** Records of the lake that the published view covers. */
  records: number | null
}

export interface PipelineProblem {
  /** Who does not do what it should. With log, views or speed layer no new value reaches anybody. */
  part: 'log' | 'views' | 'speed-layer' | 'csv-archiver' | 'batch'
  /** What is wrong, in words for a person. */
  message: string
  /** What to do about it. */
  next: string
  /** When it began, as far as can be told. */
  since: string
}

/** What each layer answers for, in records of the log: served is the one and the other together. */
export interface MergeCounts {
  /** Covered by the batch view: all below its watermark. */
  batch: number
  /** The `received_at` up to which it covers; null before the first run. */
  complete_to: string | null
  /** Taken by the speed layer since. */
  speed: number
}

export interface PipelineRow {
  /**
   * Measurement to log append, ms, over the last minute, by the sensors' own clocks; of readings too old to raise an
   * alert nothing is counted. Null without traffic.
   */
  sensors: { latency_ms: Percentiles | null }
  log: Hop
  speed_layer: Hop & {
    valid: number
    duplicates: number
    /** Dropped records and signals by reason. */
    dropped: Partial<Record<DropReason, number>>
    /** Log append to view, ms, over the last minute; null without traffic. */
    latency_ms: Percentiles | null
    /** How long the oldest record that waits has been waiting. */
    behind_seconds: number
  }
  csv_archiver: Hop & {
    /** How long the oldest record that is not in the lake has been seen to wait. A file is written once a roll. */
    behind_seconds: number
  }
  batch: BatchRunRow | null
  /** Null until the views first answer. */
  merge: MergeCounts | null
  dashboard: {
    clients: number
    /** Readings told to browsers that watch their patients, a second over the last ten seconds. */
    rate: number
    /** Log append to browser, ms, over the last minute; null while nobody watches. */
    latency_ms: Percentiles | null
  }
  /** What is wrong, gravest first; empty when all is well. */
  problems: PipelineProblem[]
  at: string
}
