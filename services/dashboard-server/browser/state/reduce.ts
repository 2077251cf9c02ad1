// How the page's state changes: one function from what was known and what happened to what is known now. Pure.
import {
  type AlertRow,
  comparePatients,
  type DailyEvent,
  type DroppedEvent,
  type LiveReading,
  type PatientRow,
  type PipelineRow,
  type ReadingEvent,
  type Session,
  type Snapshot,
} from '@health/api'
import { mergeAlerts } from './alarms.ts'
import { mergeReadings, readingOf, trimDrops, trimReadings, withDrop } from './live-window.ts'
import { judged } from './staleness.ts'
import { type Connection, initialState, type State } from './state.ts'

/** `now` is the browser's clock in every event, epoch ms. */
export type Event =
  /** A second has passed. */
  | { type: 'ticked'; now: number }
  | { type: 'connected'; now: number }
  | { type: 'lost'; now: number }
  | { type: 'retried'; attempt: number }
  | { type: 'networkChanged'; offline: boolean }
  | { type: 'session'; now: number; session: Session }
  /** The server's clock stood at `serverTime` half-way between asking and hearing the answer. */
  | { type: 'echoed'; now: number; roundTripMs: number; serverTime: number }
  | { type: 'wall' }
  /** null: whoever is shown already. */
  | { type: 'chose'; patientId: string | null }
  /** The answer for the live window of a patient, which fills the gap after a reconnection. */
  | { type: 'liveLoaded'; patientId: string; readings: readonly LiveReading[] }
  | News

/** What the server tells; each is also a sign of life. */
type News =
  | { type: 'snapshot'; now: number; snapshot: Snapshot }
  | { type: 'patients'; now: number; changed: readonly PatientRow[] }
  | { type: 'reading'; now: number; reading: ReadingEvent }
  | { type: 'dropped'; now: number; dropped: DroppedEvent }
  | { type: 'alert'; now: number; alert: AlertRow }
  | { type: 'pipeline'; now: number; row: PipelineRow }
  | { type: 'daily'; now: number; changed: DailyEvent }

export function reduce(state: State, event: Event): State {
  switch (event.type) {
    case 'ticked':
      return atTime(state, event.now + state.clockOffsetMs)
    case 'connected':
      return withConnection(state, { ...begun('live', event.now + state.clockOffsetMs), attempt: 0 })
    case 'lost':
      if (state.connection.phase === 'lost') return state
      return withConnection(state, { ...begun('lost', event.now + state.clockOffsetMs), latencyMs: null })
    case 'retried':
      return withConnection(state, { attempt: event.attempt })
    case 'networkChanged':
      return withConnection(state, { offline: event.offline })
    case 'session':
      return withSession(state, event.session, event.now + state.clockOffsetMs)
    case 'echoed':
      return withClock(state, event.now, event.roundTripMs, event.serverTime)
    case 'chose':
      return withChosen({ ...state, isWall: false }, event.patientId)
    case 'wall':
      return { ...state, isWall: true }
    case 'liveLoaded':
      if (event.patientId !== state.chosen) return state
      return { ...state, live: mergeReadings(state.live, event.readings, state.now) }
    default:
      return reduceNews(heard(state, event.now), event)
  }
}

function reduceNews(state: State, event: News): State {
  switch (event.type) {
    case 'snapshot':
      return withSnapshot(state, event.snapshot)
    case 'patients':
      return withPatients(state, event.changed)
    case 'reading':
      if (event.reading.patient_id !== state.chosen) return state
      return { ...state, live: mergeReadings(state.live, [readingOf(event.reading)], state.now) }
    case 'dropped':
      if (event.dropped.patient_id !== state.chosen) return state
      return { ...state, dropped: withDrop(state.dropped, event.dropped, state.now) }
    case 'alert':
      return { ...state, alerts: mergeAlerts(state.alerts, [event.alert]) }
    case 'pipeline':
      return { ...state, pipeline: event.row, batchHasRun: state.batchHasRun || hasRun(event.row) }
    case 'daily':
      return withDaily(state, event.changed)
  }
}

const withConnection = (state: State, change: Partial<Connection>): State => ({
  ...state,
  connection: { ...state.connection, ...change },
})

const begun = (phase: Connection['phase'], now: number) => ({ phase, since: now, heardAt: now })

const heard = (state: State, now: number): State => withConnection(state, { heardAt: now + state.clockOffsetMs })

function withSession(state: State, session: Session, now: number): State {
  if (session.refusal !== 'missing_token') return { ...state, session }
  // The cookie is gone. Where the token had an end, it went with it, and only the page still knows.
  const { refusal, expires_at } = state.session ?? session
  const hasEnded = refusal === 'expired_token' || (expires_at !== null && Date.parse(expires_at) <= now)
  if (hasEnded) return { ...state, session: { ...session, refusal: 'expired_token' } }
  // Signed out, here or in another tab: whoever comes next must not see what was shown.
  const { clockOffsetMs, connection, chosen } = state
  return { ...initialState(state.now), clockOffsetMs, connection, chosen, session }
}

function withClock(state: State, now: number, roundTripMs: number, serverTime: number): State {
  const clockOffsetMs = serverTime - (now - roundTripMs / 2)
  const moved = clockOffsetMs - state.clockOffsetMs
  const { since } = state.connection
  const connection = { since: since + moved, latencyMs: roundTripMs, heardAt: now + clockOffsetMs }
  return atTime(withConnection({ ...state, clockOffsetMs }, connection), now + clockOffsetMs)
}

function atTime(state: State, now: number): State {
  const staleSeconds = state.settings?.stale_seconds ?? Number.POSITIVE_INFINITY
  const changed = state.ranking.filter((row) => judged(row, now, staleSeconds) !== row)
  const live = trimReadings(state.live, now)
  const moved = { ...state, now, live, dropped: trimDrops(state.dropped, now) }
  return changed.length === 0 ? moved : withPatients(moved, changed)
}

const withChosen = (state: State, patientId: string | null): State =>
  patientId === null || patientId === state.chosen ? state : { ...state, chosen: patientId, live: [], dropped: [] }

function withPatients(state: State, changed: readonly PatientRow[]): State {
  const staleSeconds = state.settings?.stale_seconds ?? Number.POSITIVE_INFINITY
  const patients = new Map(state.patients)
  for (const row of changed) patients.set(row.patient_id, judged(row, state.now, staleSeconds))
  const ranking = [...patients.values()].sort(comparePatients)
  return { ...state, patients, ranking, chosen: state.chosen ?? ranking[0]?.patient_id ?? null }
}

function withSnapshot(state: State, { patients, alerts, pipeline, settings }: Snapshot): State {
  const batchHasRun = state.batchHasRun || hasRun(pipeline)
  // A server that came up without the views knows nobody yet: who was shown stays, and grows stale by itself.
  if (patients.length === 0 && pipeline.problems.some(({ part }) => part === 'views')) {
    return { ...state, settings, pipeline, batchHasRun }
  }
  const fresh = { ...state, patients: new Map(), settings, pipeline, batchHasRun, alerts: mergeAlerts([], alerts) }
  return withPatients(fresh, patients)
}

function withDaily(state: State, { patient_id, rows }: DailyEvent): State {
  const held = state.daily.get(patient_id) ?? []
  const byDate = new Map([...held, ...rows].map((row) => [row.date, row]))
  const days = [...byDate.values()].sort((a, b) => (a.date < b.date ? -1 : 1))
  const batchHasRun = state.batchHasRun || rows.some((row) => row.computed_at !== null)
  return { ...state, daily: new Map(state.daily).set(patient_id, days), batchHasRun }
}

const hasRun = ({ batch }: PipelineRow): boolean => batch !== null && batch.computed_at !== null
