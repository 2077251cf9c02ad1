// The REST answers that the page asks for, and the few things it tells the server to do.
import type { DailyRow, DeadLetterRow, LiveReading, MinuteRow, Session } from '@health/api'

/** The address asked did not answer 2xx, or what it answered is no JSON. */
export class RequestFailed extends Error {
  override name = 'RequestFailed'
  readonly status: number
  constructor(path: string, status: number) {
    super(`${path} answered ${status}`)
    this.status = status
  }
}

/** The valid readings of the seconds up to now, oldest first; of an unknown patient, none. */
export async function fetchLive(patientId: string, seconds: number): Promise<LiveReading[]> {
  return noneIfUnknown(getJson<LiveReading[]>(`/api/patients/${encodeURIComponent(patientId)}/live?seconds=${seconds}`))
}

/** The same as a row a minute, for more than ten minutes. */
export const fetchMinutes = (patientId: string, seconds: number, signal: AbortSignal): Promise<MinuteRow[]> =>
  getJson<MinuteRow[]>(`/api/patients/${encodeURIComponent(patientId)}/live?seconds=${seconds}`, signal)

/** Daily rows of a patient, or of all patients for `*`: those from `from` to `to`, or all up to then where there are none. */
export async function fetchDaily(patientId: string, { from, to }: { from: string; to: string }): Promise<DailyRow[]> {
  const path = patientId === '*' ? '/api/daily' : `/api/patients/${encodeURIComponent(patientId)}/daily`
  const recent = await noneIfUnknown(getJson<DailyRow[]>(`${path}?from=${from}&to=${to}`))
  return recent.length > 0 ? recent : noneIfUnknown(getJson<DailyRow[]>(`${path}?to=${to}`))
}

/** What was dropped, newest first. */
export const fetchDeadLetters = (): Promise<DeadLetterRow[]> => getJson<DeadLetterRow[]>('/api/dead-letters')

/** Starts a batch run; `already running` when one is under way. */
export async function startBatch(): Promise<'started' | 'already running'> {
  const response = await fetch('/api/batch', { method: 'POST' })
  if (response.status === 409) return 'already running'
  if (!response.ok) throw new RequestFailed('/api/batch', response.status)
  return 'started'
}

/** What somebody does about an alert. */
export type AlertDeed =
  | { kind: 'ack'; note: string | null }
  | { kind: 'snooze'; minutes: number }
  | { kind: 'notes'; note: string }

/**
 * Resolves once it is in the log; what follows from it comes with the news. A cleared alert needs nothing any more. `by` is
 * who did it, where no token says so.
 */
export async function postDeed(alertId: string, { kind, ...deed }: AlertDeed, by: string | null): Promise<void> {
  const path = `/api/alerts/${encodeURIComponent(alertId)}/${kind}`
  const body = by === null ? deed : { ...deed, by }
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) })
  if (!response.ok && response.status !== 409) throw new RequestFailed(path, response.status)
}

export const fetchSession = (): Promise<Session> => getJson<Session>('/api/session')

/** Signs this browser in, or says why `token` does not. */
export async function postToken(token: string): Promise<Session['refusal']> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch('/api/session', { method: 'POST', headers, body: JSON.stringify({ token }) })
  if (response.ok) return null
  // What is too long to be read is no token either.
  if (response.status === 413) return 'unknown_token'
  const { code }: { code?: Session['refusal'] } = await response.json()
  if (!code) throw new RequestFailed('/api/session', response.status)
  return code
}

export async function deleteSession(): Promise<void> {
  const response = await fetch('/api/session', { method: 'DELETE' })
  if (!response.ok) throw new RequestFailed('/api/session', response.status)
}

async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await fetch(path, {
    headers: { accept: 'application/json' },
    cache: 'no-store',
    ...(signal && { signal }),
  })
  if (!response.ok) throw new RequestFailed(path, response.status)
  return response.json()
}

async function noneIfUnknown<T>(rows: Promise<T[]>): Promise<T[]> {
  try {
    return await rows
  } catch (error) {
    if (error instanceof RequestFailed && error.status === 404) return []
    throw error
  }
}
