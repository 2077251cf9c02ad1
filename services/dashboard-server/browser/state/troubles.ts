// What is wrong just now, gravest first, in words: the cause, since when, and the next thing to do.
import type { PatientRow, PipelineProblem } from '@health/api'
import { formatAge, formatCount, formatMinute } from '../format.ts'
import { words } from '../locales/words.ts'
import { judgedTime } from './staleness.ts'
import { isSignedOut, isSilent, type State } from './state.ts'

export interface Trouble {
  /** The same while the trouble lasts. */
  key: string
  text: string
  next: string | null
}

/** Whether what the page shows is what is: `connecting` before it ever was, `live` when it is, else why not. */
export type Flow = 'connecting' | 'live' | 'quiet' | 'behind' | 'halted' | 'silent' | 'lost' | 'offline' | 'signed_out'

const says = words.troubles
/** A line that has been dead for less than this is no news. */
const graceMs = 3000
/** A pipeline that is less behind than this is not said to be. */
export const behindSeconds = 5

/** While one of these has a problem no new value comes. */
const carriers: readonly PipelineProblem['part'][] = ['log', 'views', 'speed-layer']

export function flowOf(state: Pick<State, 'connection' | 'now' | 'pipeline' | 'ranking' | 'session'>): Flow {
  const { phase } = state.connection
  if (isSignedOut(state)) return 'signed_out'
  if (isCutOff(state)) return 'offline'
  if (phase !== 'live') return phase
  if (isSilent(state)) return 'silent'
  if (isHalted(state)) return 'halted'
  if (isBehind(state)) return 'behind'
  return isQuiet(state) ? 'quiet' : 'live'
}

/** In the order a person should read them; none when all is well. What cannot be known is not claimed. */
export function findTroubles(state: State): Trouble[] {
  if (isSignedOut(state)) return signedOut(state)
  const line = lineTrouble(state)
  if (line !== null) return [line]
  if (state.settings === null) return []
  return [
    ...partTroubles(state),
    ...behindTroubles(state),
    ...unknownPatient(state),
    ...sensorTroubles(state),
    ...openToNetwork(state),
  ]
}

/** Why, the form to sign in says; who signed out sees nothing any more that could be taken for new. */
function signedOut({ settings, connection, now }: State): Trouble[] {
  if (settings === null) return []
  return [{ key: 'signed-out', text: says.signedOut(formatMinute(connection.since, now)), next: says.signedOutNext }]
}

function openToNetwork({ settings }: State): Trouble[] {
  if (settings?.open_to_network !== true) return []
  return [{ key: 'open-to-network', text: says.openToNetwork, next: says.openToNetworkNext }]
}

function lineTrouble(state: State): Trouble | null {
  const { now } = state
  const { phase, since, attempt, heardAt } = state.connection
  if (isCutOff(state)) {
    const at = phase === 'live' ? heardAt : since
    return { key: 'offline', text: says.offline(formatMinute(at, now)), next: says.offlineNext }
  }
  if (phase !== 'live' && (now - since > graceMs || attempt > 1)) {
    const text = says.unreachable(formatMinute(since, now), Math.max(1, attempt))
    return { key: 'unreachable', text, next: says.unreachableNext }
  }
  if (isSilent(state)) {
    return { key: 'silent-server', text: says.silentServer(formatAge(now - heardAt)), next: says.silentServerNext }
  }
  return null
}

/** Without network, and so without the server: a page of this very machine needs none, and a dead line may look alive. */
const isCutOff = (state: Pick<State, 'connection' | 'now'>): boolean =>
  state.connection.offline && (state.connection.phase !== 'live' || isSilent(state))

const partTroubles = ({ pipeline, now }: State): Trouble[] =>
  (pipeline?.problems ?? []).map(({ part, since, ...said }) => {
    const key = `${part} ${since}`
    const at = formatMinute(Date.parse(since), now)
    // The server speaks English: another language says it itself, and keeps the server's words for their details.
    const own = says.parts?.[part]
    const message = own === undefined ? said.message : `${own.message} (${said.message})`
    const next = own?.next ?? said.next
    return carriers.includes(part)
      ? { key, text: says.halted(at), next: `${message} ${next}` }
      : { key, text: says.since(message, at), next }
  })

/** Whether no new value can come, nor anybody be known not to be there. */
export const isHalted = ({ pipeline }: Pick<State, 'pipeline'>): boolean =>
  pipeline?.problems.some(({ part }) => carriers.includes(part)) ?? false

const isBehind = ({ pipeline }: Pick<State, 'pipeline'>): boolean =>
  (pipeline?.speed_layer.behind_seconds ?? 0) >= behindSeconds

const isQuiet = ({ ranking }: Pick<State, 'ranking'>): boolean =>
  ranking.length > 0 && ranking.every(({ stale }) => stale)

function behindTroubles(state: State): Trouble[] {
  if (state.pipeline === null || isHalted(state) || !isBehind(state)) return []
  const { behind_seconds, lag } = state.pipeline.speed_layer
  const text = says.behind(formatAge(behind_seconds * 1000), formatCount(lag))
  return [{ key: 'behind', text, next: says.behindNext }]
}

/** Who is not listed may yet be there while the list cannot be read. */
function unknownPatient(state: State): Trouble[] {
  const { chosen, patients } = state
  if (chosen === null || patients.has(chosen) || isHalted(state)) return []
  return [{ key: `unknown ${chosen}`, text: words.bedside.unknown(chosen), next: words.bedside.unknownNext }]
}

function sensorTroubles(state: State): Trouble[] {
  // While no value comes, or old ones do, nobody knows whether a sensor is silent.
  if (isHalted(state) || isBehind(state)) return []
  if (state.patients.size === 0) return [{ key: 'nothing', text: says.nothingYet, next: says.nothingYetNext }]
  const silent = state.ranking.filter((row) => row.stale).sort(longestSilentFirst)
  const [longest] = silent
  const shortest = silent.at(-1)
  if (longest === undefined || shortest === undefined) return []
  const age = (row: PatientRow) => formatAge(state.now - Date.parse(judgedTime(row)))
  const next = isQuiet(state) ? says.allSilentNext : says.silentSensorNext
  if (isQuiet(state) && silent.length > 1) {
    return [{ key: 'all-silent', text: says.allSilent(silent.length, age(shortest)), next }]
  }
  const text =
    silent.length === 1
      ? says.silentSensor(longest.patient_id, age(longest))
      : says.silentSensors(silent.length, longest.patient_id, age(longest))
  return [{ key: 'silent-sensors', text, next }]
}

const longestSilentFirst = (a: PatientRow, b: PatientRow): number =>
  Date.parse(judgedTime(a)) - Date.parse(judgedTime(b))
