// The Socket.io events between server and browser.
import type { ClinicalRules, DropReason, Status } from '@health/domain'
import type { PipelineRow } from './pipeline.ts'
import type { AlertRow, DailyRow, PatientRow } from './rows.ts'

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
