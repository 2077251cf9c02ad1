// Rows as the server sends them, for tests: each with what matters to the test, and ordinary otherwise.
import type {
  AlertRow,
  DailyRow,
  DroppedEvent,
  LiveReading,
  PatientRow,
  PipelineRow,
  ReadingEvent,
  Session,
  Snapshot,
} from '@health/api'
import { defaultRules, emptyDay, glucoseFigures, signalFigures } from '@health/domain'

/** The moment that the samples are about. */
export const noon = Date.UTC(2026, 10, 24, 12)

/** RFC 3339 of `seconds` after noon. */
export const after = (seconds: number): string => new Date(noon + seconds * 1000).toISOString()

export const aPatientRow = (row: Partial<PatientRow> = {}, latest: Partial<PatientRow['latest']> = {}): PatientRow => ({
  patient_id: 'p001',
  status: 'NORMAL',
  reasons: [],
  stale: false,
  since: after(-600),
  latest: {
    measured_at: after(0),
    glucose_mgdl: 104,
    glucose_measured_at: after(0),
    glucose_rate: 0,
    glucose_delta: 0,
    heart_rate_bpm: 72,
    heart_rate_measured_at: after(0),
    temperature_c: null,
    temperature_measured_at: null,
    ...latest,
  },
  ...row,
})

export const aLiveReading = (reading: Partial<LiveReading> = {}): LiveReading => ({
  measured_at: after(0),
  received_at: after(0),
  glucose_mgdl: 104,
  heart_rate_bpm: 72,
  temperature_c: null,
  status: 'NORMAL',
  ...reading,
})

export const aReadingEvent = (event: Partial<ReadingEvent> = {}): ReadingEvent => ({
  patient_id: 'p001',
  measured_at: after(0),
  received_at: after(0),
  values: { glucose_mgdl: 104, heart_rate_bpm: 72, temperature_c: null },
  status: 'NORMAL',
  ...event,
})

export const aDrop = (drop: Partial<DroppedEvent> = {}): DroppedEvent => ({
  patient_id: 'p001',
  received_at: after(0),
  reasons: ['implausible_glucose'],
  ...drop,
})

export const anAlert = (alert: Partial<AlertRow> = {}): AlertRow => ({
  id: 'p001:glucose:low:1',
  patient_id: 'p001',
  signal: 'glucose',
  direction: 'low',
  state: 'raised',
  severity: 'warning',
  latched: false,
  worst: 65,
  snoozed_until: null,
  revision: 1,
  changes: [{ kind: 'raised', at: after(0), value: 65, by: null, note: null }],
  ...alert,
})

export const aPipelineRow = (row: Partial<PipelineRow> = {}): PipelineRow => ({
  sensors: { latency_ms: null },
  log: { records: 100, rate: 5, lag: 0 },
  speed_layer: {
    records: 100,
    rate: 5,
    lag: 0,
    valid: 98,
    duplicates: 0,
    dropped: {},
    latency_ms: null,
    behind_seconds: 0,
  },
  csv_archiver: { records: 100, rate: 5, lag: 0, behind_seconds: 0 },
  batch: null,
  merge: { batch: 0, complete_to: null, speed: 100 },
  dashboard: { clients: 1, rate: 0, latency_ms: null },
  problems: [],
  at: after(0),
  ...row,
})

export const aDailyRow = (row: Partial<DailyRow> = {}): DailyRow => ({
  date: '2026-11-24',
  glucose_mgdl: glucoseFigures(emptyDay().glucoseMgdl),
  heart_rate_bpm: signalFigures(emptyDay().heartRateBpm),
  total_records: 0,
  valid_records: 0,
  invalid_records: 0,
  duplicate_records: 0,
  complete_to: null,
  computed_at: null,
  provisional: false,
  ...row,
})

export const aSession = (session: Partial<Session> = {}): Session => ({
  guarded: true,
  signed_in: true,
  name: 'ward-3',
  roles: ['read'],
  expires_at: null,
  refusal: null,
  ...session,
})

export const aRefusedSession = (refusal: Session['refusal']): Session =>
  aSession({ signed_in: false, name: null, roles: [], refusal })

export const aSnapshot = (snapshot: Partial<Snapshot> = {}): Snapshot => ({
  patients: [aPatientRow()],
  alerts: [],
  pipeline: aPipelineRow(),
  settings: { stale_seconds: 30, day_time_zone: 'UTC', rules: defaultRules, open_to_network: false },
  ...snapshot,
})
