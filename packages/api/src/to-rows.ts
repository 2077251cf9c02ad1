// How values of the domain become rows.
import {
  type AlertSnapshot,
  type DaySums,
  type DroppedRecord,
  glucoseFigures,
  gravity,
  signalFigures,
  signalNames,
} from '@health/domain'
import type { DroppedEvent } from './events.ts'
import type { BatchRunRow } from './pipeline.ts'
import type { AlertRow, DailyRow, PatientRow } from './rows.ts'

export const alertRow = (alert: AlertSnapshot): AlertRow => ({
  id: alert.id,
  patient_id: alert.patientId,
  signal: signalNames[alert.signal],
  direction: alert.direction,
  state: alert.state,
  severity: alert.severity,
  latched: alert.isLatched,
  worst: alert.worst,
  snoozed_until: timeOrNull(alert.snoozedUntil),
  revision: alert.revision,
  changes: alert.changes.map(({ at, ...change }) => ({ ...change, at: timeText(at) })),
})

/** A day as served. `batch` says what the batch view covers (epoch ms); null before the first run. */
export interface ServedDay {
  date: string
  sums: DaySums
  batch: { computedAt: number; completeTo: number } | null
}

export const dailyRow = ({ date, sums, batch }: ServedDay): DailyRow => ({
  date,
  glucose_mgdl: glucoseFigures(sums.glucoseMgdl),
  heart_rate_bpm: signalFigures(sums.heartRateBpm),
  total_records: sums.validRecords + sums.invalidRecords + sums.duplicateRecords,
  valid_records: sums.validRecords,
  invalid_records: sums.invalidRecords,
  duplicate_records: sums.duplicateRecords,
  complete_to: timeOrNull(batch?.completeTo ?? null),
  computed_at: timeOrNull(batch?.computedAt ?? null),
  provisional: sums.provisional,
})

/** A batch run as the views keep it; times epoch ms. */
export interface BatchRunState extends Pick<BatchRunRow, 'state' | 'message' | 'rows' | 'records'> {
  startedAt: number
  computedAt: number | null
}

export const batchRunRow = ({ startedAt, computedAt, state, message, rows, records }: BatchRunState): BatchRunRow => ({
  state,
  started_at: timeText(startedAt),
  message,
  computed_at: timeOrNull(computedAt),
  rows,
  records,
})

export const droppedEvent = ({ patientId, receivedAt, reasons }: DroppedRecord): DroppedEvent => ({
  patient_id: patientId,
  received_at: timeText(receivedAt),
  reasons,
})

/**
 * The triage order of patients: gravest first, then the longer in that state first, then by id, so that the order is total.
 * For `Array.sort`. RFC 3339 UTC times sort as text.
 */
export function comparePatients(a: RankedRow, b: RankedRow): number {
  return gravity(a) - gravity(b) || compareText(a.since, b.since) || compareText(a.patient_id, b.patient_id)
}

export type RankedRow = Pick<PatientRow, 'patient_id' | 'status' | 'stale' | 'since'>

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const timeText = (ms: number): string => new Date(ms).toISOString()
const timeOrNull = (ms: number | null): string | null => (ms === null ? null : timeText(ms))
