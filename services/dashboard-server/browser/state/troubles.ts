// What is wrong just now, gravest first, in words: the cause and the next thing to do. Empty when all is well.
import type { PatientRow } from '@health/domain'
import { formatAge, formatCount, formatMinute } from '../format.ts'
import { words } from '../words.en.ts'
import { judgedTime } from './staleness.ts'
import { isSilent, type State } from './state.ts'

export interface Trouble {
  /** The same while the trouble lasts. */
  key: string
  text: string
  next: string | null
}

const says = words.troubles
/** A line that has been dead for less than this is no news. */
const graceMs = 3000
const behindSeconds = 5

/** Troubles in the order a person should read them. What cannot be known while the server is away is not claimed. */
export function findTroubles(state: State): Trouble[] {
  const line = lineTrouble(state)
  if (line !== null) return [line]
  if (state.settings === null) return []
  const behind = behindTrouble(state)
  return [
    ...partTroubles(state),
    ...(behind === null ? [] : [behind]),
    ...unknownPatient(state),
    // While the pipeline is behind, nobody knows whether a sensor is silent.
    ...(behind === null && !hasProblem(state, 'log', 'views', 'speed-layer') ? sensorTroubles(state) : []),
  ]
}

function lineTrouble(state: State): Trouble | null {
  const { now } = state
  const { phase, since, attempt, heardAt, offline } = state.connection
  if (phase !== 'live' && offline) {
    return { key: 'offline', text: says.offline(formatMinute(since, now)), next: says.offlineNext }
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

const partTroubles = ({ pipeline }: State): Trouble[] =>
  (pipeline?.problems ?? []).map(({ part, message, since }) => ({ key: `${part} ${since}`, text: message, next: null }))

const hasProblem = ({ pipeline }: State, ...parts: string[]): boolean =>
  pipeline?.problems.some(({ part }) => parts.includes(part)) ?? false

function behindTrouble(state: State): Trouble | null {
  const layer = state.pipeline?.speed_layer
  if (layer === undefined || hasProblem(state, 'speed-layer') || layer.behind_seconds < behindSeconds) return null
  const text = says.behind(formatAge(layer.behind_seconds * 1000), formatCount(layer.lag))
  return { key: 'behind', text, next: says.behindNext }
}

function unknownPatient({ chosen, patients }: State): Trouble[] {
  if (chosen === null || patients.has(chosen)) return []
  return [{ key: `unknown ${chosen}`, text: words.bedside.unknown(chosen), next: words.bedside.unknownNext }]
}

function sensorTroubles(state: State): Trouble[] {
  if (hasProblem(state, 'sensors')) return []
  if (state.patients.size === 0) return [{ key: 'nothing', text: says.nothingYet, next: says.nothingYetNext }]
  const silent = state.ranking.filter((row) => row.stale).sort(longestSilentFirst)
  const [longest] = silent
  const shortest = silent.at(-1)
  if (longest === undefined || shortest === undefined) return []
  const age = (row: PatientRow) => formatAge(state.now - Date.parse(judgedTime(row)))
  if (silent.length > 1 && silent.length === state.patients.size) {
    return [{ key: 'all-silent', text: says.allSilent(silent.length, age(shortest)), next: says.allSilentNext }]
  }
  const text =
    silent.length === 1
      ? says.silentSensor(longest.patient_id, age(longest))
      : says.silentSensors(silent.length, longest.patient_id, age(longest))
  return [{ key: 'silent-sensors', text, next: says.silentSensorNext }]
}

const longestSilentFirst = (a: PatientRow, b: PatientRow): number =>
  Date.parse(judgedTime(a)) - Date.parse(judgedTime(b))
