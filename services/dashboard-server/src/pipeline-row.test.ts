import { expect, test } from 'vitest'
import { createPipelineRows, type PipelineFacts } from './pipeline-row.ts'

const counts = { records: 0, valid: 0, invalid: 0, duplicate: 0, lost: 0, dropped: {} }
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
  latencies: { log: null, browser: null },
  clients: 0,
  outages: {},
  ...facts,
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
  const batch = {
    version: 1,
    wholeSince: 0,
    dead: [],
    computedAt: 0,
    completeTo: 0,
    watermark: new Map([[0, 55]]),
    run: null,
  }
  expect(problems(rows(), someFacts(0, { ...facts, batch }))).toEqual([])
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
