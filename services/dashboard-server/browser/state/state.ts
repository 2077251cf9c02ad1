// What the page knows, as one value that never changes: every event from outside makes a new one (reduce.ts).
import type {
  AlertRow,
  DailyRow,
  DroppedEvent,
  LiveReading,
  PatientRow,
  PipelineRow,
  Session,
  Snapshot,
} from '@health/api'

/** Times are epoch ms on the server's clock, save where it says the browser's. */
export interface State {
  /** The moment the page shows. It moves once a second, so that every age and all that goes stale changes together. */
  now: number
  /** The server's clock less the browser's, ms. */
  clockOffsetMs: number
  connection: Connection
  /** Who this browser is to the server; null until it has said so. */
  session: Session | null
  /** Null until the first snapshot. */
  settings: Snapshot['settings'] | null
  /** Patients by id. `stale` in these rows is the page's own judgement, so that it holds when the server is gone. */
  patients: ReadonlyMap<string, PatientRow>
  /** The same patients, gravest first. */
  ranking: readonly PatientRow[]
  /** All that are open, and the ones that were cleared last: in the order in which they want looking at. */
  alerts: readonly AlertRow[]
  pipeline: PipelineRow | null
  /** All patients are shown as tiles, and nothing else. */
  isWall: boolean
  /** The patient whose bedside is shown, who need not exist; null before there is anyone. */
  chosen: string | null
  /** Valid readings of the chosen patient in the live window, oldest first. */
  live: readonly LiveReading[]
  /** What of the same patient was dropped in it, oldest first. */
  dropped: readonly DroppedEvent[]
  /** Daily rows, oldest first, by patient id or `*` for all patients. */
  daily: ReadonlyMap<string, readonly DailyRow[]>
  /** Some batch run has ended since the views were made. */
  batchHasRun: boolean
}

/** The state after the first snapshot. */
export type Settled = State & { settings: Snapshot['settings'] }

export interface Connection {
  phase: 'connecting' | 'live' | 'lost'
  /** When the phase began. */
  since: number
  /** Attempts to connect since it was lost. */
  attempt: number
  /** When the server was last heard. */
  heardAt: number
  /** Round trip, ms; null before the first is measured. */
  latencyMs: number | null
  /** The browser itself says that it has no network. */
  offline: boolean
}

/** The live graph shows this much. */
export const liveWindowMs = 60_000

export const initialState = (now: number): State => ({
  now,
  clockOffsetMs: 0,
  connection: { phase: 'connecting', since: now, attempt: 0, heardAt: now, latencyMs: null, offline: false },
  session: null,
  settings: null,
  patients: new Map(),
  ranking: [],
  alerts: [],
  pipeline: null,
  isWall: false,
  chosen: null,
  live: [],
  dropped: [],
  daily: new Map(),
  batchHasRun: false,
})

/** The server speaks every second; after this long without a word something is wrong. */
const silentMs = 5000

/** Whether the server is connected and yet says nothing. */
export const isSilent = ({ connection: { phase, heardAt }, now }: Pick<State, 'connection' | 'now'>): boolean =>
  phase === 'live' && now - heardAt > silentMs

/** Whether the server wants a token before it tells anything more. */
export const isSignedOut = ({ session }: Pick<State, 'session'>): boolean =>
  session?.guarded === true && !session.signed_in

export const mayAcknowledge = ({ session }: Pick<State, 'session'>): boolean =>
  session?.roles.includes('acknowledge') ?? true

export const countCritical = ({ ranking }: Pick<State, 'ranking'>): number =>
  ranking.filter(({ status }) => status.startsWith('CRITICAL')).length
