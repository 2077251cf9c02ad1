// The rows that the dashboard server sends, by REST and Socket.io alike. The page is built on these types.
import type { Status, StatusReason } from './classify.ts'
import type { ClinicalRules } from './clinical-rules.ts'
import type { GlucoseFigures, SignalFigures } from './statistics.ts'
import type { DropReason } from './validate.ts'

/** One patient as listed; times RFC 3339 UTC. */
export interface PatientRow {
  patient_id: string
  /** Gravest of the latest value of each signal, stale ones included. */
  status: Status
  reasons: StatusReason[]
  /** Glucose (heart rate, for a patient who never sent glucose) is older than STALE_SECONDS. */
  stale: boolean
  /** `measured_at` of the reading that brought the status. */
  since: string
  latest: {
    measured_at: string
    glucose_mgdl: number | null
    glucose_measured_at: string | null
    /** mg/dL per minute over the last 15 minutes; null with too little data. */
    glucose_rate: number | null
    /** Against the glucose value before it. */
    glucose_delta: number | null
    heart_rate_bpm: number | null
    heart_rate_measured_at: string | null
    temperature_c: number | null
    temperature_measured_at: string | null
  }
}

/** One valid reading of the live graph; values that were dropped or absent are null. */
export interface LiveReading {
  measured_at: string
  received_at: string
  glucose_mgdl: number | null
  heart_rate_bpm: number | null
  temperature_c: number | null
  /** Of this reading's own values. */
  status: Status
}

/** One minute of readings, for windows longer than ten minutes; `measured_at` is the minute's beginning. */
export interface MinuteRow {
  measured_at: string
  glucose_mgdl: SpreadOf | null
  heart_rate_bpm: SpreadOf | null
}
export interface SpreadOf {
  min: number
  avg: number
  max: number
  count: number
}

/** One day of one patient, or of all. Averages are not rounded. */
export interface DailyRow {
  date: string
  glucose_mgdl: GlucoseFigures
  heart_rate_bpm: SignalFigures
  total_records: number
  valid_records: number
  invalid_records: number
  duplicate_records: number
  /** The `received_at` up to which the batch view covers; null before the first run. */
  complete_to: string | null
  computed_at: string | null
  provisional: boolean
}
export interface PatientDailyRow extends DailyRow {
  patient_id: string
}

/** A status change, newest first in lists. */
export interface StatusAlert {
  /** `<patient>:<partition>:<offset of the record that brought it>` */
  id: string
  patient_id: string
  measured_at: string
  received_at: string
  previous_status: Status | null
  status: Status
  reasons: StatusReason[]
  glucose_mgdl: number | null
  heart_rate_bpm: number | null
}

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

export interface BatchRun {
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

export interface PipelineRow {
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
  csv_archiver: Hop
  batch: BatchRun | null
  dashboard: { clients: number; latency_ms: Percentiles | null }
  /** What is wrong, gravest first; empty when all is well. */
  problems: PipelineProblem[]
  at: string
}

/** What a browser gets on connection. */
export interface Snapshot {
  patients: PatientRow[]
  alerts: StatusAlert[]
  pipeline: PipelineRow
  settings: {
    stale_seconds: number
    day_time_zone: string
    rules: ClinicalRules
    /** Reached from other machines, and no token is asked for. */
    open_to_network: boolean
  }
}

/** Who a browser is to the server. */
export interface Session {
  /** Tokens are asked for. */
  guarded: boolean
  /** Its token is good for reading; false where none is asked for. */
  signed_in: boolean
  /** The token's. */
  name: string | null
  /** What may be done, with a token or where none is asked for. */
  roles: ('ingest' | 'read' | 'acknowledge')[]
  /** When the token ends; null: not by itself. */
  expires_at: string | null
  /** Why a guarded server does not let it read; null when it does. */
  refusal: 'missing_token' | 'unknown_token' | 'expired_token' | 'other_role' | 'too_many_failures' | null
}

/** What a browser that watches a patient gets for every valid reading. */
export interface ReadingEvent {
  patient_id: string
  measured_at: string
  received_at: string
  values: { glucose_mgdl: number | null; heart_rate_bpm: number | null; temperature_c: number | null }
  status: Status
}

/** Daily rows that changed, of one patient or (`*`) of all patients together. */
export interface DailyEvent {
  patient_id: string
  rows: DailyRow[]
}

/** What the server tells a browser, by event name. */
export interface ServerEvents {
  /** On connection, and whenever what was told before may have holes: begin afresh, and ask again for what was asked. */
  snapshot(snapshot: Snapshot): void
  patients(changed: PatientRow[]): void
  reading(reading: ReadingEvent): void
  daily(changed: DailyEvent): void
  alert(alert: StatusAlert): void
  pipeline(row: PipelineRow): void
}

/** What a browser tells the server. */
export interface ClientEvents {
  /** Readings of this patient only, from now on; `*` for every patient. `watching` is called once they are told. */
  watch(watched: { patient_id: string }, watching?: () => void): void
  /** Asks for the server's clock (RFC 3339 UTC); the round trip is the latency that the page shows. */
  echo(answer: (at: string) => void): void
}
