import { describe, expect, test } from 'vitest'
import { type Event, reduce } from './reduce.ts'
import {
  aDailyRow,
  aDrop,
  after,
  aLiveReading,
  anAlert,
  aPatientRow,
  aPipelineRow,
  aReadingEvent,
  aSnapshot,
  noon,
} from './sample-rows.ts'
import { initialState, type State } from './state.ts'

const stateAfter = (...events: Event[]): State => events.reduce(reduce, initialState(noon))
const snapshot = (...patients: ReturnType<typeof aPatientRow>[]): Event => ({
  type: 'snapshot',
  now: noon,
  snapshot: aSnapshot({ patients }),
})
const ids = (state: State) => state.ranking.map((row) => row.patient_id)

describe('patients', () => {
  const low = aPatientRow({ patient_id: 'low', status: 'CRITICAL_LOW' })
  const normal = aPatientRow({ patient_id: 'normal' })

  test('rank gravest first, and the gravest is chosen where nobody was', () => {
    const state = stateAfter(snapshot(normal, low))
    expect(ids(state)).toEqual(['low', 'normal'])
    expect(state.chosen).toBe('low')
  })

  test('who was chosen stays chosen when another becomes graver', () => {
    const worse = aPatientRow({ patient_id: 'normal', status: 'CRITICAL_LOW', since: after(-900) })
    const state = stateAfter(snapshot(normal, low), { type: 'patients', now: noon, changed: [worse] })
    expect(ids(state)).toEqual(['normal', 'low'])
    expect(state.chosen).toBe('low')
  })

  test('a change touches only the rows that changed', () => {
    const before = stateAfter(snapshot(normal, low))
    const state = reduce(before, { type: 'patients', now: noon, changed: [aPatientRow({ patient_id: 'new' })] })
    expect(state.patients.get('low')).toBe(before.patients.get('low'))
    expect(state.patients.size).toBe(3)
  })

  test('a snapshot after a reconnection forgets whom the server no longer knows', () => {
    expect(ids(stateAfter(snapshot(normal, low), snapshot(normal)))).toEqual(['normal'])
  })

  test('a server that came up while the views are away, and knows nobody, does not wipe the page', () => {
    const problem = { part: 'views', message: 'Redis is away.', next: 'Start it', since: after(0) } as const
    const pipeline = aPipelineRow({ problems: [problem] })
    const empty: Event = { type: 'snapshot', now: noon, snapshot: aSnapshot({ patients: [], pipeline }) }
    const state = stateAfter(snapshot(normal, low), empty)
    expect(ids(state)).toEqual(['low', 'normal'])
    expect(state.pipeline).toBe(pipeline)
    expect(ids(reduce(state, snapshot()))).toEqual([])
  })
})

describe('staleness', () => {
  test('comes with time alone, with no word from the server', () => {
    const fresh = stateAfter(snapshot(aPatientRow()))
    expect(reduce(fresh, { type: 'ticked', now: noon + 30_000 }).ranking[0]?.stale).toBe(false)
    expect(reduce(fresh, { type: 'ticked', now: noon + 30_001 }).ranking[0]?.stale).toBe(true)
  })

  test('lifts a normal patient above the others, and ends with a new value', () => {
    const silent = aPatientRow({ patient_id: 'silent' }, { glucose_measured_at: after(-60) })
    const other = aPatientRow({ patient_id: 'other', since: after(-9000) })
    const state = stateAfter(snapshot(other, silent))
    expect(ids(state)).toEqual(['silent', 'other'])
    const back = reduce(state, { type: 'patients', now: noon, changed: [aPatientRow({ patient_id: 'silent' })] })
    expect(ids(back)).toEqual(['other', 'silent'])
  })

  test('is judged by the server’s clock, however wrong the browser’s is', () => {
    const hourAhead = noon + 3_600_000
    const state = stateAfter(
      { type: 'echoed', now: hourAhead, roundTripMs: 20, serverTime: noon - 10 },
      snapshot(aPatientRow()),
      { type: 'ticked', now: hourAhead + 5000 },
    )
    expect(state.now).toBe(noon + 5000)
    expect(state.ranking[0]?.stale).toBe(false)
  })
})

describe('the live window', () => {
  const chosen = snapshot(aPatientRow())

  test('holds the readings of the chosen patient only', () => {
    const state = stateAfter(
      chosen,
      { type: 'reading', now: noon, reading: aReadingEvent() },
      { type: 'reading', now: noon, reading: aReadingEvent({ patient_id: 'p002' }) },
    )
    expect(state.live).toEqual([aLiveReading()])
  })

  test('a reconnection fills the gap, and counts nothing twice', () => {
    const state = stateAfter(
      chosen,
      { type: 'reading', now: noon, reading: aReadingEvent({ measured_at: after(1) }) },
      { type: 'reading', now: noon, reading: aReadingEvent({ measured_at: after(4) }) },
      {
        type: 'liveLoaded',
        patientId: 'p001',
        readings: [1, 2, 3].map((second) => aLiveReading({ measured_at: after(second) })),
      },
    )
    expect(state.live.map((reading) => reading.measured_at)).toEqual([1, 2, 3, 4].map(after))
  })

  test('an answer for a patient who is no longer chosen is dropped', () => {
    const state = stateAfter(chosen, { type: 'liveLoaded', patientId: 'p002', readings: [aLiveReading()] })
    expect(state.live).toEqual([])
  })

  test('is empty for whoever is chosen next', () => {
    const state = stateAfter(
      chosen,
      { type: 'reading', now: noon, reading: aReadingEvent() },
      { type: 'chose', patientId: 'p002' },
    )
    expect(state).toMatchObject({ chosen: 'p002', live: [] })
  })
})

describe('what was dropped', () => {
  const chosen = snapshot(aPatientRow())
  const told = (drop: ReturnType<typeof aDrop>): Event => ({ type: 'dropped', now: noon, dropped: drop })

  test('of the chosen patient is held once, however often it is told', () => {
    const other = aDrop({ reasons: ['implausible_heart_rate'] })
    const state = stateAfter(chosen, told(aDrop()), told(other), told(aDrop()), told(aDrop({ patient_id: 'p002' })))
    expect(state.dropped).toEqual([aDrop(), other])
  })

  test('leaves with the window, and with whoever is chosen next', () => {
    const state = stateAfter(chosen, told(aDrop()))
    expect(reduce(state, { type: 'ticked', now: noon + 69_000 }).dropped).toBe(state.dropped)
    expect(reduce(state, { type: 'ticked', now: noon + 71_000 }).dropped).toEqual([])
    expect(reduce(state, { type: 'chose', patientId: 'p002' }).dropped).toEqual([])
  })
})

describe('alerts', () => {
  test('of a snapshot are followed by what is told of them', () => {
    const raised = anAlert()
    const acknowledged = anAlert({ state: 'acknowledged', revision: 2 })
    const state = stateAfter(
      { type: 'snapshot', now: noon, snapshot: aSnapshot({ alerts: [raised] }) },
      { type: 'alert', now: noon, alert: acknowledged },
    )
    expect(state.alerts).toEqual([acknowledged])
  })
})

describe('days', () => {
  test('a changed day takes the place of its row, and the others stay', () => {
    const daily = (...rows: ReturnType<typeof aDailyRow>[]): Event => ({
      type: 'daily',
      now: noon,
      changed: { patient_id: 'p001', rows },
    })
    const state = stateAfter(
      daily(aDailyRow(), aDailyRow({ date: '2026-11-23', total_records: 7 })),
      daily(aDailyRow({ total_records: 9 })),
    )
    expect(state.daily.get('p001')?.map((row) => [row.date, row.total_records])).toEqual([
      ['2026-11-23', 7],
      ['2026-11-24', 9],
    ])
  })

  test('a batch run is known from the pipeline or from a day, and not forgotten while the next one runs', () => {
    const batch = {
      state: 'done',
      started_at: after(0),
      message: '',
      computed_at: after(1),
      rows: 1,
      records: 1,
    } as const
    const pipeline = (run: typeof batch | null): Event => ({
      type: 'pipeline',
      now: noon,
      row: aPipelineRow({ batch: run }),
    })
    expect(stateAfter(pipeline(null)).batchHasRun).toBe(false)
    expect(stateAfter(pipeline(batch), pipeline(null)).batchHasRun).toBe(true)
    const changed = { patient_id: '*', rows: [aDailyRow({ computed_at: after(1) })] }
    expect(stateAfter({ type: 'daily', now: noon, changed }).batchHasRun).toBe(true)
  })
})

describe('the connection', () => {
  test('is lost once, however often the next attempts fail', () => {
    const state = stateAfter(
      { type: 'connected', now: noon },
      { type: 'lost', now: noon + 1000 },
      { type: 'retried', attempt: 2 },
      { type: 'lost', now: noon + 4000 },
    )
    expect(state.connection).toMatchObject({ phase: 'lost', since: noon + 1000, attempt: 2 })
  })

  test('whatever the server says is a sign of life', () => {
    const state = stateAfter({ type: 'pipeline', now: noon + 700, row: aPipelineRow() })
    expect(state.connection.heardAt).toBe(noon + 700)
  })
})
