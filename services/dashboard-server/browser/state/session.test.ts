import { describe, expect, test } from 'vitest'
import { type Event, reduce } from './reduce.ts'
import { after, aRefusedSession, aSession, aSnapshot, noon } from './sample-rows.ts'
import { initialState, isSignedOut, mayAcknowledge, type State } from './state.ts'
import { findTroubles, flowOf } from './troubles.ts'

const session = (told: ReturnType<typeof aSession>, seconds = 0): Event => ({
  type: 'session',
  now: noon + seconds * 1000,
  session: told,
})
const stateAfter = (...events: Event[]): State => events.reduce(reduce, initialState(noon))
const shown = (told: ReturnType<typeof aSession>): Event[] => [
  session(told),
  { type: 'connected', now: noon },
  { type: 'snapshot', now: noon, snapshot: aSnapshot() },
  { type: 'lost', now: noon + 60_000 },
]
const keys = (state: State) => findTroubles(state).map(({ key }) => key)

test('whoever comes without a token is asked for one, and told of no trouble', () => {
  const state = stateAfter(session(aRefusedSession('missing_token')))
  expect(isSignedOut(state)).toBe(true)
  expect(flowOf(state)).toBe('signed_out')
  expect(keys(state)).toEqual([])
})

test('nobody is asked for a token before the server has wanted one', () => {
  expect(isSignedOut(stateAfter())).toBe(false)
  expect(isSignedOut(stateAfter(session(aSession({ guarded: false, signed_in: false, name: null }))))).toBe(false)
})

test('what may be done is what the token is good for; before it is known, the server will say', () => {
  expect(mayAcknowledge(stateAfter())).toBe(true)
  expect(mayAcknowledge(stateAfter(session(aSession())))).toBe(false)
  expect(mayAcknowledge(stateAfter(session(aSession({ roles: ['read', 'acknowledge'] }))))).toBe(true)
})

describe('a token that ends while the page is open', () => {
  const brief = shown(aSession({ expires_at: after(60) }))

  test('leaves the values there, and says that they do not change', () => {
    const state = stateAfter(...brief, session(aRefusedSession('expired_token'), 61))
    expect(state.patients.size).toBe(1)
    expect(keys(state)).toEqual(['signed-out'])
    expect(flowOf(state)).toBe('signed_out')
  })

  test('is known to have ended when the browser has dropped the cookie with it, however often one asks', () => {
    const gone = session(aRefusedSession('missing_token'), 61)
    const state = stateAfter(...brief, gone, gone)
    expect(state.session?.refusal).toBe('expired_token')
    expect(state.patients.size).toBe(1)
  })

  test('is judged by the server’s clock', () => {
    const hourAhead = noon + 3_600_000
    const state = stateAfter(
      { type: 'echoed', now: hourAhead, roundTripMs: 0, serverTime: noon },
      ...brief,
      session(aRefusedSession('missing_token'), 3_600 + 59),
    )
    expect(state.session?.refusal).toBe('missing_token')
  })

  test('is forgotten with the next one', () => {
    const state = stateAfter(...brief, session(aRefusedSession('expired_token'), 61), session(aSession(), 70))
    expect(isSignedOut(state)).toBe(false)
    expect(state.session?.refusal).toBeNull()
  })
})

test('whoever signs out leaves nothing of any patient behind', () => {
  const state = stateAfter(...shown(aSession()), session(aRefusedSession('missing_token')))
  expect(state).toMatchObject({ settings: null, ranking: [], alerts: [], live: [], pipeline: null })
  expect([state.patients.size, state.daily.size]).toEqual([0, 0])
})

test('a token that the server no longer knows leaves the values there', () => {
  const state = stateAfter(...shown(aSession()), session(aRefusedSession('unknown_token')))
  expect(state.patients.size).toBe(1)
  expect(keys(state)).toEqual(['signed-out'])
})

test('a page that anybody on the network can open says so, after what ails the patients', () => {
  const { settings } = aSnapshot()
  const snapshot = aSnapshot({ patients: [], settings: { ...settings, open_to_network: true } })
  const state = stateAfter({ type: 'connected', now: noon }, { type: 'snapshot', now: noon, snapshot })
  expect(keys(state)).toEqual(['nothing', 'open-to-network'])
})
