import { describe, expect, test } from 'vitest'
import { type Event, reduce } from './reduce.ts'
import { after, aPatientRow, aPipelineRow, aSnapshot, noon } from './sample-rows.ts'
import { initialState, type State } from './state.ts'
import { findTroubles } from './troubles.ts'

const live = (...events: Event[]): State =>
  [{ type: 'connected', now: noon } as const, ...events].reduce(reduce, initialState(noon))
const snapshot = (snapshotRow: Parameters<typeof aSnapshot>[0] = {}): Event => ({
  type: 'snapshot',
  now: noon,
  snapshot: aSnapshot(snapshotRow),
})
const tick = (seconds: number): Event => ({ type: 'ticked', now: noon + seconds * 1000 })
const keys = (state: State) => findTroubles(state).map((trouble) => trouble.key)
const texts = (state: State) => findTroubles(state).map((trouble) => trouble.text)
const silent = (id: string, seconds: number) =>
  aPatientRow({ patient_id: id }, { glucose_measured_at: after(-seconds) })
const behind = aPipelineRow({
  speed_layer: { ...aPipelineRow().speed_layer, behind_seconds: 35, lag: 12_000 },
})

test('nothing is said while all is well', () => {
  expect(findTroubles(live(snapshot()))).toEqual([])
})

describe('the line', () => {
  test('a server that cannot be reached is told with since when and the attempt, and nothing else is claimed', () => {
    const state = live(
      snapshot({ patients: [silent('p001', 300)] }),
      { type: 'lost', now: noon },
      { type: 'retried', attempt: 4 },
      tick(10),
    )
    expect(keys(state)).toEqual(['unreachable'])
    expect(texts(state)[0]).toContain('(attempt 4)')
  })

  test('a blink is no news', () => {
    expect(keys(live(snapshot(), { type: 'lost', now: noon }, tick(2)))).toEqual([])
  })

  test('a browser without network is told as such', () => {
    const events = [{ type: 'lost', now: noon } as const, { type: 'networkChanged', offline: true } as const]
    expect(keys(live(snapshot(), ...events))).toEqual(['offline'])
  })

  test('a page that is served from this very machine needs no network', () => {
    expect(keys(live(snapshot(), { type: 'networkChanged', offline: true }))).toEqual([])
  })

  test('a server that is connected and says nothing is told', () => {
    expect(keys(live(snapshot(), tick(6)))).toEqual(['silent-server'])
  })
})

describe('sensors', () => {
  test('one that is silent is named with its time', () => {
    const state = live(snapshot({ patients: [silent('p003', 240), aPatientRow()] }))
    expect(texts(state)).toEqual(['p003’s sensor has been silent for 4 min.'])
  })

  test('of several the one that has been silent for the longest is named', () => {
    const state = live(snapshot({ patients: [silent('p002', 60), silent('p003', 240), aPatientRow()] }))
    expect(texts(state)).toEqual(['2 sensors are silent, p003’s for the longest: 4 min.'])
  })

  test('all at once points to what feeds them', () => {
    expect(keys(live(snapshot({ patients: [silent('p002', 60), silent('p003', 240)] })))).toEqual(['all-silent'])
  })

  test('no patient at all names how to begin', () => {
    expect(keys(live(snapshot({ patients: [] })))).toEqual(['nothing'])
  })

  test('are not blamed while the pipeline is behind', () => {
    const state = live(snapshot({ patients: [silent('p003', 240)], pipeline: behind }))
    expect(keys(state)).toEqual(['behind'])
    expect(texts(state)[0]).toContain('35 s behind')
  })

  test('are not blamed while the server reports a part away, which is told in its words', () => {
    const problems = [{ part: 'views', message: 'Redis does not answer', since: after(-9) } as const]
    const state = live(
      snapshot({ patients: [silent('p003', 240)], pipeline: aPipelineRow({ problems: [...problems] }) }),
    )
    expect(texts(state)).toEqual(['Redis does not answer'])
  })
})

test('a chosen patient who does not exist is told', () => {
  expect(keys(live(snapshot(), { type: 'chose', patientId: 'nobody' }))).toEqual(['unknown nobody'])
})
