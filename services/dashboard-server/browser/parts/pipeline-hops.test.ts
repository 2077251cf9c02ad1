import type { PipelineProblem, PipelineRow } from '@health/api'
import { describe, expect, test } from 'vitest'
import { formatTime } from '../format.ts'
import { after, aPipelineRow, noon } from '../state/sample-rows.ts'
import { type HopName, isOld, lanesOf } from './pipeline-hops.ts'

const hops = (row: Partial<PipelineRow> = {}, now = noon) =>
  new Map(lanesOf(aPipelineRow(row), now).flatMap((lane) => lane.hops.map((hop) => [hop.name, hop])))
const hop = (name: HopName, row: Partial<PipelineRow> = {}, now = noon) => hops(row, now).get(name)
const stateOf = (name: HopName, row: Partial<PipelineRow> = {}) => hop(name, row)?.state
const away = (...parts: PipelineProblem['part'][]): Partial<PipelineRow> => ({
  problems: parts.map((part) => ({ part, message: 'It does not.', next: 'Start it', since: after(-90) })),
})
const aRun = { started_at: after(-60), message: '', computed_at: after(-58.5), rows: 7, records: 90 }

test('the ways run from the sensors through both layers to the browsers', () => {
  expect(lanesOf(aPipelineRow(), noon).map((lane) => [lane.name, lane.hops.map(({ name }) => name)])).toEqual([
    ['input', ['sensors', 'bridge', 'log']],
    ['speed', ['speed_layer', 'live_views']],
    ['batch', ['archiver', 'lake', 'batch', 'batch_views']],
    ['serving', ['serving', 'browsers']],
  ])
})

test('where something moves it flows, and where nothing comes it says so', () => {
  const still = { records: 100, rate: 0, lag: 0 }
  const quiet = {
    log: still,
    speed_layer: { ...aPipelineRow().speed_layer, ...still },
    csv_archiver: { ...still, behind_seconds: 0 },
  }
  for (const name of ['sensors', 'bridge', 'log', 'speed_layer', 'live_views', 'archiver', 'lake'] as const) {
    expect([name, stateOf(name)]).toEqual([name, 'flowing'])
    expect([name, stateOf(name, quiet)]).toEqual([name, 'idle'])
  }
})

test('a speed layer that is behind says by how much', () => {
  const behind = (behind_seconds: number) => ({ speed_layer: { ...aPipelineRow().speed_layer, behind_seconds } })
  expect(stateOf('speed_layer', behind(4))).toBe('flowing')
  expect(hop('speed_layer', behind(35))).toMatchObject({ state: 'behind', doing: '35 s behind' })
})

test('records that wait for the archiver’s next file are its way of working', () => {
  const csv_archiver = { records: 90, rate: 0, lag: 12, behind_seconds: 8 }
  expect(hop('archiver', { csv_archiver })).toMatchObject({
    state: 'flowing',
    figures: ['0/s', '12 waiting', 'the oldest for 8 s'],
  })
})

describe('a part that is away', () => {
  test.each([
    ['log', { log: 'halted', sensors: 'unknown', speed_layer: 'unknown', live_views: 'unknown', archiver: 'unknown' }],
    [
      'views',
      { live_views: 'halted', batch_views: 'halted', speed_layer: 'unknown', batch: 'unknown', log: 'flowing' },
    ],
    ['speed-layer', { speed_layer: 'halted', log: 'flowing', archiver: 'flowing' }],
    ['csv-archiver', { archiver: 'halted', lake: 'halted', speed_layer: 'flowing' }],
    ['batch', { batch_views: 'behind', speed_layer: 'flowing' }],
  ] as const)('%s is marked, and of others only what can be known is said', (part, expected) => {
    const found = hops(away(part))
    const states = Object.keys(expected).map((name) => [name, found.get(name as HopName)?.state])
    expect(Object.fromEntries(states)).toEqual(expected)
  })

  test('the server itself, or the line to it, leaves nothing known', () => {
    const states = [...hops({}, noon + 6_000).values()].map(({ state }) => state)
    expect(new Set(states)).toEqual(new Set(['unknown']))
    expect([isOld(null, noon), isOld(aPipelineRow(), noon), isOld(aPipelineRow(), noon + 6_000)]).toEqual([
      false,
      false,
      true,
    ])
  })
})

describe('the batch run', () => {
  test('that never was says so, and its views are empty', () => {
    expect(hop('batch')).toMatchObject({ state: 'idle', doing: 'never run', figures: [] })
    expect(hop('batch_views')).toMatchObject({ state: 'idle', doing: 'empty' })
  })

  test('that is done tells when, how long, and what it read', () => {
    const row = {
      batch: { ...aRun, state: 'done' as const },
      merge: { batch: 90, speed: 10, complete_to: after(-61) },
    }
    expect(hop('batch', row)).toMatchObject({
      state: 'idle',
      doing: 'done',
      figures: [`at ${formatTime(noon - 60_000, noon)}`, 'took 1.5 s', '90 records, 7 patient-days computed'],
    })
    expect(hop('batch_views', row)).toMatchObject({
      state: 'idle',
      doing: `complete to ${formatTime(noon - 61_000, noon)}`,
      figures: ['90 records'],
    })
    expect(hop('live_views', row)?.figures).toEqual(['10 records since the batch view'])
  })

  test('that is under way moves, and says what it does', () => {
    const batch = { ...aRun, state: 'running' as const, computed_at: null, message: 'reading the lake' }
    expect([stateOf('batch', { batch }), stateOf('batch_views', { batch })]).toEqual(['flowing', 'flowing'])
    expect(hop('batch', { batch })?.figures).toContain('reading the lake')
  })

  test('that failed is marked, with why', () => {
    const batch = { ...aRun, state: 'failed' as const, computed_at: null, message: 'the lake is empty' }
    expect(hop('batch', { batch })).toMatchObject({ state: 'halted', doing: 'failed' })
    expect(hop('batch', { batch })?.figures).toContain('the lake is empty')
  })
})

test('latencies say from where to where', () => {
  const latency_ms = { p50: 3, p99: 120 }
  const row = { sensors: { latency_ms }, dashboard: { clients: 0, rate: 2.5, latency_ms } }
  expect(hop('sensors', row)?.figures.join()).toContain('measured → log')
  expect(hop('serving', row)?.figures).toEqual([
    '2.5 readings told/s',
    '100 records',
    expect.stringContaining('log → browser'),
  ])
  expect(hop('browsers', row)).toMatchObject({ state: 'idle', doing: 'nobody looks' })
})
