import type { BatchView } from '@health/views'
import { describe, expect, test } from 'vitest'
import { createPipelineRows, type PipelineFacts } from './pipeline-row.ts'

const counts = { records: 0, valid: 0, invalid: 0, duplicate: 0, actions: 0, lost: 0, dropped: {} }
const aPartition = (position: number | null, fields: Partial<typeof counts> = {}, receivedAt = 0) => ({
  position,
  slot: 0,
  liveFrom: 0,
  receivedAt,
  counts: { ...counts, ...fields },
})
const someFacts = (now: number, facts: Partial<PipelineFacts> = {}): PipelineFacts => ({
  now,
  ranges: [],
  archived: new Map(),
  states: [],
  batch: null,
  latencies: { sensors: null, log: null, browser: null },
  clients: 0,
  told: 0,
  outages: {},
  ...facts,
})
const aBatchView = (watermark: readonly number[]): BatchView => ({
  version: 1,
  wholeSince: 0,
  dead: [],
  computedAt: 0,
  completeTo: Date.UTC(2026, 10, 24, 12),
  watermark: new Map(watermark.entries()),
  run: null,
})
const rows = () => createPipelineRows(10)
const problems = (rowOf: ReturnType<typeof rows>, facts: PipelineFacts) => rowOf(facts).problems
const waiting = {
  ranges: [{ partition: 0, low: 0, end: 100 }],
  states: [aPartition(60, { records: 60 })],
  archived: new Map([[0, 100]]),
}

test('counts and lags are those of all partitions together', () => {
  const row = rows()(
    someFacts(0, {
      ranges: [
        { partition: 0, low: 0, end: 100 },
        { partition: 1, low: 20, end: 50 },
      ],
      states: [
        aPartition(90, { records: 90, valid: 80, duplicate: 4, dropped: { empty: 2 } } as never),
        aPartition(null),
      ],
      archived: new Map([[1, 45]]),
    }),
  )
  expect(row).toMatchObject({
    log: { records: 150, lag: 0 },
    speed_layer: { records: 90, valid: 80, duplicates: 4, dropped: { empty: 2 }, lag: 40 },
    csv_archiver: { lag: 105 },
    problems: [],
  })
})

test('a speed layer that takes nothing is named after five seconds, with the time since when and the next thing to do', () => {
  const rowOf = rows()
  for (const ms of [0, 4_000]) expect(problems(rowOf, someFacts(ms, waiting))).toEqual([])
  const [problem] = problems(rowOf, someFacts(6_000, waiting))
  expect(problem).toMatchObject({ part: 'speed-layer', since: new Date(0).toISOString() })
  expect(problem?.message).toContain('40 records wait')
  expect(problem?.next).toContain('docker compose up -d speed-layer')
  expect(problems(rowOf, someFacts(7_000, waiting))[0]?.since).toBe(new Date(0).toISOString())
  expect(rowOf(someFacts(7_000, waiting)).speed_layer.behind_seconds).toBe(7)
})

test('one that catches up is behind, but no problem', () => {
  const rowOf = rows()
  for (let second = 0; second < 30; second++) {
    const row = rowOf(someFacts(second * 1000, { ...waiting, states: [aPartition(60 + second)] }))
    expect(row.problems).toEqual([])
    if (second === 20) expect(row.speed_layer.behind_seconds).toBe(20)
  }
})

test('an archiver is named after missing two rolls', () => {
  const rowOf = rows()
  const facts = { ...waiting, states: [aPartition(100)], archived: new Map([[0, 10]]) }
  expect(problems(rowOf, someFacts(0, facts))).toEqual([])
  expect(problems(rowOf, someFacts(24_000, facts))).toEqual([])
  expect(problems(rowOf, someFacts(26_000, facts))).toMatchObject([{ part: 'csv-archiver' }])
})

test('while log or views are away only they are named, and nobody is blamed for standing still', () => {
  const rowOf = rows()
  problems(rowOf, someFacts(0, waiting))
  const away = { ...waiting, outages: { log: 'Kafka at a:9092: timed out' } }
  expect(problems(rowOf, someFacts(60_000, away))).toMatchObject([
    { part: 'log', message: expect.stringContaining('Kafka at a:9092: timed out') },
  ])
  expect(problems(rowOf, someFacts(61_000, waiting))).toEqual([])
})

test('records that were deleted unread are told until a batch run has counted them', () => {
  const facts = {
    ranges: [{ partition: 0, low: 50, end: 60 }],
    states: [aPartition(60, { lost: 30 })],
    archived: new Map([[0, 60]]),
  }
  expect(problems(rows(), someFacts(0, facts))).toMatchObject([
    { part: 'batch', message: expect.stringContaining('30 records were deleted') },
  ])
  expect(problems(rows(), someFacts(0, { ...facts, batch: aBatchView([55]) }))).toEqual([])
})

test('what is heard first after a start, or after an outage, is neither traffic nor a backlog', () => {
  const rowOf = rows()
  const of = (facts: Partial<PipelineFacts>, second: number) => {
    const { log, speed_layer, csv_archiver } = rowOf(someFacts(second * 1000, facts))
    return [log.rate, speed_layer.rate, csv_archiver.rate, speed_layer.lag]
  }
  const all = (records: number): Partial<PipelineFacts> => ({
    ranges: [{ partition: 0, low: 0, end: records }],
    states: [aPartition(records, { records })],
    archived: new Map([[0, records]]),
  })
  const { states: _, ...withoutViews } = all(1_000_000)
  expect(of({}, 0)).toEqual([0, 0, 0, 0])
  expect(of(withoutViews, 1)).toEqual([0, 0, 0, 0])
  expect(of(all(1_000_003), 2)).toEqual([3, 0, 3, 0])
  expect(of(all(1_000_006), 3)).toEqual([3, 3, 3, 0])
  for (let second = 4; second < 60; second++) of({ ...all(1_000_006), outages: { log: 'away', views: 'away' } }, second)
  expect(of(all(1_500_000), 60)).toEqual([0, 0, 0, 0])
  expect(of(all(1_500_002), 61)).toEqual([2, 2, 2, 0])
})

test('how long records wait for the lake is told, and is no problem before two rolls', () => {
  const rowOf = rows()
  const facts = { ...waiting, states: [aPartition(100)], archived: new Map([[0, 90]]) }
  rowOf(someFacts(0, facts))
  expect(rowOf(someFacts(8_000, facts))).toMatchObject({ csv_archiver: { lag: 10, behind_seconds: 8 }, problems: [] })
  expect(rowOf(someFacts(9_000, { ...facts, archived: new Map([[0, 100]]) })).csv_archiver.behind_seconds).toBe(0)
})

test('how many readings browsers are told a second is counted from what they were told in all', () => {
  const rowOf = rows()
  rowOf(someFacts(0, { told: 1_000 }))
  expect(rowOf(someFacts(2_000, { told: 1_010, clients: 3 })).dashboard).toMatchObject({ clients: 3, rate: 5 })
})

describe('what each layer answers for', () => {
  const mergeOf = (facts: Partial<PipelineFacts>) => rows()(someFacts(0, facts)).merge
  const states = [aPartition(60), aPartition(40)]

  test('before the first run is all the speed layer’s', () => {
    const batch = { ...aBatchView([]), version: 0 }
    expect(mergeOf({ states, batch })).toEqual({ batch: 0, speed: 100, complete_to: null })
  })

  test('is the batch view’s below its watermark, and the speed layer’s from there on', () => {
    expect(mergeOf({ states, batch: aBatchView([50, 40]) })).toEqual({
      batch: 90,
      speed: 10,
      complete_to: '2026-11-24T12:00:00.000Z',
    })
  })

  test('holds nothing of what the log deleted before anybody took it', () => {
    const late = { ...aPartition(60), from: 55 }
    expect(mergeOf({ states: [late], batch: aBatchView([50]) })).toMatchObject({ batch: 50, speed: 5 })
  })

  test('is not known before the views answer', () => {
    expect(mergeOf({})).toBeNull()
  })
})
