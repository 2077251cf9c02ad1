import type { PipelineProblem } from '@health/api'
import { describe, expect, test } from 'vitest'
import { formatMinute } from '../format.ts'
import { type Event, reduce } from './reduce.ts'
import { after, aPatientRow, aPipelineRow, aSnapshot, noon } from './sample-rows.ts'
import { initialState, type State } from './state.ts'
import { findTroubles, flowOf } from './troubles.ts'

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
const away = (part: PipelineProblem['part']) =>
  aPipelineRow({ problems: [{ part, message: 'It does not answer.', next: 'Start it', since: after(-90) }] })
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

  test('a browser without network is told as such from its silence on, though its line still looks alive', () => {
    const state = live(snapshot(), { type: 'networkChanged', offline: true }, tick(6))
    expect(texts(state)).toEqual([
      `This browser is offline since ${formatMinute(noon, noon)}: the numbers below are from before.`,
    ])
    expect(flowOf(state)).toBe('offline')
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

  test('are not blamed while the server reports a part away, which is told in its words, with since when', () => {
    const state = live(snapshot({ patients: [silent('p003', 240)], pipeline: away('views') }))
    expect(findTroubles(state)).toEqual([
      {
        key: expect.any(String),
        text: `Not live since ${formatMinute(noon - 90_000, noon)}: the numbers below may be old.`,
        next: 'It does not answer. Start it',
      },
    ])
  })

  test('are blamed while something else is wrong, in the lake or with the days', () => {
    for (const part of ['csv-archiver', 'batch'] as const) {
      const state = live(snapshot({ patients: [silent('p003', 240), aPatientRow()], pipeline: away(part) }))
      expect(keys(state)).toEqual([expect.stringContaining(part), 'silent-sensors'])
      expect(texts(state)[0]).toBe(`It does not answer. Since ${formatMinute(noon - 90_000, noon)}.`)
    }
  })
})

test('while log or views are away nobody is said to catch up', () => {
  const problems = away('log').problems
  expect(keys(live(snapshot({ pipeline: { ...behind, problems } })))).toEqual([expect.stringContaining('log')])
})

test('a chosen patient who does not exist is told, unless nobody can know', () => {
  const chosen = { type: 'chose', patientId: 'nobody' } as const
  expect(keys(live(snapshot(), chosen))).toEqual(['unknown nobody'])
  expect(keys(live(snapshot({ pipeline: away('views') }), chosen))).toEqual([expect.stringContaining('views')])
})

describe('the header', () => {
  test('says live only while new values come', () => {
    expect(flowOf(live(snapshot()))).toBe('live')
    expect(flowOf(live(snapshot({ pipeline: away('csv-archiver') })))).toBe('live')
    for (const part of ['log', 'views', 'speed-layer'] as const) {
      expect(flowOf(live(snapshot({ pipeline: away(part) })))).toBe('halted')
    }
    expect(flowOf(live(snapshot({ pipeline: behind })))).toBe('behind')
    expect(flowOf(live(snapshot({ patients: [silent('p002', 60), aPatientRow()] })))).toBe('live')
    expect(flowOf(live(snapshot({ patients: [silent('p002', 60), silent('p003', 60)] })))).toBe('quiet')
    expect(flowOf(live(snapshot(), tick(6)))).toBe('silent')
    expect(flowOf(live(snapshot(), { type: 'lost', now: noon }))).toBe('lost')
    expect(flowOf(live({ type: 'lost', now: noon }, { type: 'networkChanged', offline: true }))).toBe('offline')
  })
})
