import { describe, expect, test } from 'vitest'
import { type Event, reduce } from './reduce.ts'
import { after, aPatientRow, aPipelineRow, aSnapshot, noon } from './sample-rows.ts'
import { createSilenceWatch, silencesOf } from './silences.ts'
import { initialState } from './state.ts'

const stateAfter = (...events: Event[]) => events.reduce(reduce, initialState(noon))
const snapshot = aSnapshot({ patients: [aPatientRow(), aPatientRow({ patient_id: 'p002' })] })
const live: Event[] = [
  { type: 'connected', now: noon },
  { type: 'snapshot', now: noon, snapshot },
]
const seconds = (n: number) => noon + n * 1000

describe('a silence', () => {
  test('is none while values come', () => {
    expect(silencesOf(stateAfter(...live))).toEqual([])
    expect(silencesOf(initialState(noon))).toEqual([])
  })

  test('is of each sensor by itself, of the pipeline, of the line', () => {
    const fresh = aPatientRow({
      patient_id: 'p002',
      latest: { ...aPatientRow().latest, glucose_measured_at: after(60) },
    })
    const later: Event = { type: 'patients', now: seconds(60), changed: [fresh] }
    expect(silencesOf(stateAfter(...live, later, { type: 'ticked', now: seconds(60) }))).toEqual(['sensor p001'])
    const row = aPipelineRow({ speed_layer: { ...aPipelineRow().speed_layer, behind_seconds: 40 } })
    expect(silencesOf(stateAfter(...live, { type: 'pipeline', now: noon, row }))).toEqual(['behind'])
    expect(silencesOf(stateAfter(...live, { type: 'lost', now: noon }))).toEqual(['lost'])
  })
})

describe('a silence is told', () => {
  test('once it has lasted, and of a line again and again', () => {
    const watch = createSilenceWatch()
    watch([], noon)
    const due = [1, 20, 31, 32, 300, 331, 332].filter((n) => watch(['lost'], seconds(n)))
    expect(due).toEqual([31, 331])
  })

  test('of a sensor once, and of another one by itself', () => {
    const watch = createSilenceWatch()
    watch([], noon)
    const due = [1, 31, 400].filter((n) => watch(['sensor a'], seconds(n)))
    expect([due, watch(['sensor a', 'sensor b'], seconds(401)), watch(['sensor a', 'sensor b'], seconds(431))]).toEqual(
      [[31], false, true],
    )
  })

  test('not when it passes by itself, nor when the page began with it', () => {
    const watch = createSilenceWatch()
    expect([0, 40, 80].filter((n) => watch(['sensor a'], seconds(n)))).toEqual([])
    watch(['sensor a', 'lost'], seconds(81))
    watch(['sensor a'], seconds(90))
    expect(watch(['sensor a', 'lost'], seconds(115))).toBe(false)
  })
})
