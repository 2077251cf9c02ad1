// The rows that the dashboard server sends, by REST and Socket.io alike. The page is built on these types.
import type { AlertChange, AlertState, Direction, Severity } from './alerts/alert.ts'
import type { Status, StatusReason } from './clinical/classify.ts'
import type { ClinicalRules } from './clinical/rules.ts'
import type { GlucoseFigures, SignalFigures } from './days/statistics.ts'
import type { DropReason } from './reading/validate.ts'

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

/** An alert, newest change first in lists; times RFC 3339 UTC. */
export interface AlertRow {
  /** `<patient>:<signal>:<direction>:<offset of the record that raised it>` */
  id: string
  patient_id: string
  signal: 'glucose' | 'heart_rate'
  direction: Direction
  state: AlertState
  severity: Severity
  /** It was critical, and nobody has acknowledged it since. */
  latched: boolean
  /** The value that was farthest beyond the limit, mg/dL or beats/min. */
  worst: number
  /** Until then it makes no noise. */
  snoozed_until: string | null
  /** Rises with each change. Whoever has heard of this one need not hear of it again. */
  revision: number
  /** Oldest first: the one that raised it, and the newest. */
  changes: AlertChangeRow[]
}
export interface AlertChangeRow extends Omit<AlertChange, 'at'> {
  at: string
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
  batch: BatchRun | null
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

/** A record, or a part of one, that was dropped: newest first in lists. */
export interface DeadLetterRow {
  /** Where it stands in its topic. */
  partition: number
  offset: number
  received_at: string
  reasons: DropReason[]
  /** The record's key, as it was sent; null without one. */
  patient_id: string | null
  /** Its first 2 KiB, as text where they are UTF-8; else null. */
  text: string | null
  /** The same where they are none. */
  base64: string | null
  /** How many bytes it has in all. */
  bytes: number
}

/** What a browser gets on connection. */
export interface Snapshot {
  patients: PatientRow[]
  alerts: AlertRow[]
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

/** A record of the patient, or signals of one, that was dropped: what a browser that watches the patient gets. */
export interface DroppedEvent {
  patient_id: string
  received_at: string
  reasons: DropReason[]
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
  /** Those of the last minute, to whoever begins to watch; then each as it happens. */
  dropped(dropped: DroppedEvent): void
  daily(changed: DailyEvent): void
  alert(alert: AlertRow): void
  pipeline(row: PipelineRow): void
}

/** What a browser tells the server. */
export interface ClientEvents {
  /** Readings of this patient only, from now on; `*` for every patient. `watching` is called once they are told. */
  watch(watched: { patient_id: string }, watching?: () => void): void
  /** Asks for the server's clock (RFC 3339 UTC); the round trip is the latency that the page shows. */
  echo(answer: (at: string) => void): void
}
