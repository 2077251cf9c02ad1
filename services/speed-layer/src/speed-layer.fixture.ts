// For the tests of this service: records as the log holds them, and a plain recount of the days they come to.
import { type AlertRow, alertRow, type DailyRow, dailyRow } from '@health/api'
import {
  type AlertSnapshot,
  addReading,
  applyAction,
  applyValue,
  classifiedSignals,
  type DaySums,
  defaultRules,
  emptyDay,
  noAlerts,
  type PatientAlerts,
  parseAction,
  parseReading,
  type Signal,
  signals,
  snapshotAlert,
  validateReading,
} from '@health/domain'
import type { LogRecord } from '@health/log'
import { allPatients, readAlerts, readDays, type ViewStore } from '@health/views'

export const rules = {
  clinical: defaultRules,
  dayOf: (ms: number) => new Date(ms).toISOString().slice(0, 10),
  dayTimeZone: 'UTC',
}

/** A record as the log holds it, of a message or of any text. */
export const aLogRecord = (offset: number, message: object | string, receivedAt: number): LogRecord => ({
  offset,
  key: null,
  value: Buffer.from(typeof message === 'string' ? message : JSON.stringify(message)),
  receivedAt,
  headers: {},
})

/** The days of `records`, by patient and `*` and then by date: counted one by one, as the batch layer must count them. */
export function recount(
  records: readonly LogRecord[],
  dayOf: (ms: number) => string = rules.dayOf,
): Map<string, Map<string, DaySums>> {
  const days = new Map<string, Map<string, DaySums>>()
  const seen = new Set<string>()
  for (const record of records) {
    const verdict = validateReading(parseReading(record.value, record.key), record.receivedAt)
    const { patientId, measuredAt } = verdict.kind === 'valid' ? verdict.reading : verdict
    if (patientId === null || measuredAt === null) continue
    const both = [patientId, allPatients].map((id) => dayIn(days, id, dayOf(measuredAt)))
    if (verdict.kind === 'invalid') {
      for (const day of both) day.invalidRecords++
      continue
    }
    const { reading } = verdict
    const fresh = { ...reading }
    let count = 0
    for (const signal of signals) {
      if (reading[signal] === null) continue
      const identity = JSON.stringify([patientId, reading.sensorId, measuredAt, signal satisfies Signal])
      if (seen.has(identity)) fresh[signal] = null
      else count++
      seen.add(identity)
    }
    for (const day of both) {
      if (count === 0) day.duplicateRecords++
      else addReading(day, fresh)
    }
  }
  return days
}

const addresseeOf = ({ key }: LogRecord): string | null => (key === null ? null : Buffer.from(key).toString())

function dayIn(days: Map<string, Map<string, DaySums>>, patientId: string, date: string): DaySums {
  const ofPatient = days.get(patientId) ?? new Map<string, DaySums>()
  const day = ofPatient.get(date) ?? emptyDay()
  days.set(patientId, ofPatient.set(date, day))
  return day
}

/** The open alerts after `records`, which are all fresh: followed one by one, with every identity remembered. */
export function alertsOf(records: readonly LogRecord[]): AlertSnapshot[] {
  const patients = new Map<string, { alerts: PatientAlerts; newest: Map<string, number>; seen: Set<string> }>()
  for (const record of records) {
    const { value, receivedAt, offset } = record
    const action = parseAction(Buffer.from(value ?? []).toString(), addresseeOf(record))
    if (action !== null) {
      const alerts = patients.get(action.patientId)?.alerts
      if (alerts !== undefined) applyAction(alerts, action, receivedAt)
      continue
    }
    const verdict = validateReading(parseReading(value, record.key), receivedAt)
    if (verdict.kind === 'invalid') continue
    const { patientId, sensorId, measuredAt, ...values } = verdict.reading
    const patient = patients.get(patientId) ?? { alerts: noAlerts(), newest: new Map(), seen: new Set() }
    patients.set(patientId, patient)
    for (const signal of classifiedSignals) {
      const identity = JSON.stringify([sensorId, measuredAt, signal])
      const given = values[signal]
      if (given === null || patient.seen.has(identity)) continue
      patient.seen.add(identity)
      if (measuredAt <= (patient.newest.get(signal) ?? Number.NEGATIVE_INFINITY)) continue
      patient.newest.set(signal, measuredAt)
      applyValue(patient.alerts, { patientId, signal, value: given, measuredAt, receivedAt, offset }, defaultRules)
    }
  }
  return [...patients.values()].flatMap(({ alerts }) =>
    Object.values(alerts.open).map((open) => snapshotAlert(open, alerts)),
  )
}

/** A patient's days as REST serves them. */
export const readDailyRows = async (store: ViewStore, patientId: string, partitions: number): Promise<DailyRow[]> =>
  (await readDays(store, patientId, partitions)).map(dailyRow)

/** The alerts as REST serves them. */
export const readAlertRows = async (store: ViewStore, partitions: number, limit: number): Promise<AlertRow[]> =>
  (await readAlerts(store, partitions, limit)).map(alertRow)
