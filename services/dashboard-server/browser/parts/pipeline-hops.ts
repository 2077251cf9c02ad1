// The stages that a reading passes, lane by lane, each with how it does, in words, from the row that the server sends.
import type { BatchRunRow, Percentiles, PipelineProblem, PipelineRow } from '@health/api'
import { formatAge, formatCount, formatMs, formatRate, formatTime } from '../format.ts'
import { words } from '../locales/words.ts'
import { behindSeconds } from '../state/troubles.ts'

const says = words.lambda

export type HopName = keyof typeof says.hops
export type HopState = 'flowing' | 'idle' | 'behind' | 'halted' | 'unknown'

/** One stage, and the way to it. */
export interface Hop {
  name: HopName
  state: HopState
  /** The state in words. */
  doing: string
  figures: string[]
}

export interface Lane {
  name: keyof typeof says.lanes
  hops: Hop[]
}

/** The row comes every second; one older than this tells of what was, not of what is. */
const oldMs = 5000

export const isOld = (pipeline: PipelineRow | null, now: number): boolean =>
  pipeline !== null && now - Date.parse(pipeline.at) > oldMs

/** In the order of the flow. Of what an old row, or a part that is away, cannot tell, nothing is claimed. */
export function lanesOf(row: PipelineRow, now: number): Lane[] {
  const lanes: Lane[] = [
    { name: 'input', hops: inputHops(row) },
    { name: 'speed', hops: speedHops(row) },
    { name: 'batch', hops: batchHops(row, now) },
    { name: 'serving', hops: servingHops(row) },
  ]
  if (!isOld(row, now)) return lanes
  return lanes.map((lane) => ({ ...lane, hops: lane.hops.map((hop) => ({ ...hop, ...unknown })) }))
}

type Doing = Pick<Hop, 'state' | 'doing'>

const unknown: Doing = { state: 'unknown', doing: says.states.unknown }
const flowing: Doing = { state: 'flowing', doing: says.states.flowing }
const idle: Doing = { state: 'idle', doing: says.states.idle }
const noAnswer: Doing = { state: 'halted', doing: says.states.noAnswer }
const standsStill: Doing = { state: 'halted', doing: says.states.standsStill }

const hasProblem = ({ problems }: PipelineRow, ...parts: PipelineProblem['part'][]): boolean =>
  problems.some(({ part }) => parts.includes(part))

const inMotion = (rate: number): Doing => (rate > 0 ? flowing : idle)

type LatencyWords = (p50: string, p99: string) => string

const latency = (measured: Percentiles | null, say: LatencyWords): string[] =>
  measured === null ? [] : [say(formatMs(measured.p50), formatMs(measured.p99))]

const waiting = (lag: number): string => (lag === 0 ? says.noLag : says.lag(formatCount(lag)))

/** Nobody asks sensors and bridge how they are: they are known by what they bring. */
function inputHops(row: PipelineRow): Hop[] {
  const { rate, records } = row.log
  const logIsAway = hasProblem(row, 'log')
  const before = logIsAway ? unknown : inMotion(rate)
  return [
    { name: 'sensors', ...before, figures: latency(row.sensors.latency_ms, says.measuredToLog) },
    { name: 'bridge', ...before, figures: [says.rate(formatRate(rate)), says.seenByLog] },
    {
      name: 'log',
      ...(logIsAway ? noAnswer : inMotion(rate)),
      figures: [says.rate(formatRate(rate)), says.records(formatCount(records))],
    },
  ]
}

function speedHops(row: PipelineRow): Hop[] {
  const { rate, records, lag, latency_ms } = row.speed_layer
  const figures = [
    says.rate(formatRate(rate)),
    says.records(formatCount(records)),
    waiting(lag),
    ...latency(latency_ms, says.logToView),
  ]
  const viewFigures = row.merge === null ? [] : [says.sinceBatch(formatCount(row.merge.speed))]
  const viewDoing = hasProblem(row, 'views') ? noAnswer : hasProblem(row, 'log') ? unknown : inMotion(rate)
  return [
    { name: 'speed_layer', ...speedLayerDoing(row), figures },
    { name: 'live_views', ...viewDoing, figures: viewFigures },
  ]
}

function speedLayerDoing(row: PipelineRow): Doing {
  const { behind_seconds, rate } = row.speed_layer
  if (hasProblem(row, 'log', 'views')) return unknown
  if (hasProblem(row, 'speed-layer')) return standsStill
  if (behind_seconds < behindSeconds) return inMotion(rate)
  return { state: 'behind', doing: says.states.behind(formatAge(behind_seconds * 1000)) }
}

function batchHops(row: PipelineRow, now: number): Hop[] {
  const { csv_archiver, batch, merge } = row
  const { rate, lag, behind_seconds, records } = csv_archiver
  const saving = archiverDoing(row)
  const oldest = lag === 0 ? [] : [says.oldest(formatAge(behind_seconds * 1000))]
  const viewsAreAway = hasProblem(row, 'views')
  return [
    { name: 'archiver', ...saving, figures: [says.rate(formatRate(rate)), waiting(lag), ...oldest] },
    { name: 'lake', ...saving, figures: [says.inLake(formatCount(records))] },
    { name: 'batch', ...(viewsAreAway ? unknown : runDoing(batch)), figures: runFigures(batch, now) },
    {
      name: 'batch_views',
      ...(viewsAreAway ? noAnswer : batchViewsDoing(row, now)),
      figures: merge === null ? [] : [says.records(formatCount(merge.batch))],
    },
  ]
}

/** It writes a file once a roll: that records wait for it is its way of working. */
function archiverDoing(row: PipelineRow): Doing {
  if (hasProblem(row, 'log')) return unknown
  if (hasProblem(row, 'csv-archiver')) return standsStill
  const { rate, lag } = row.csv_archiver
  return rate > 0 || lag > 0
    ? { state: 'flowing', doing: says.states.saves }
    : { state: 'idle', doing: says.states.waits }
}

const runStates = { running: 'flowing', done: 'idle', failed: 'halted' } as const satisfies Record<
  BatchRunRow['state'],
  HopState
>

const runDoing = (run: BatchRunRow | null): Doing =>
  run === null
    ? { state: 'idle', doing: says.neverRun }
    : { state: runStates[run.state], doing: says.runStates[run.state] }

function runFigures(run: BatchRunRow | null, now: number): string[] {
  if (run === null) return []
  const { state, started_at, computed_at, records, rows, message } = run
  const began = Date.parse(started_at)
  const at = says.runAt(formatTime(began, now))
  if (state !== 'done' || computed_at === null || records === null || rows === null) return [at, message]
  const took = says.runTook(formatRate((Date.parse(computed_at) - began) / 1000))
  return [at, took, says.runRead(formatCount(records), formatCount(rows))]
}

function batchViewsDoing(row: PipelineRow, now: number): Doing {
  if (hasProblem(row, 'batch')) return { state: 'behind', doing: says.states.lacks }
  if (row.merge === null) return unknown
  const { complete_to } = row.merge
  return {
    // What moves between two runs is nothing.
    state: row.batch?.state === 'running' ? 'flowing' : 'idle',
    doing: complete_to === null ? says.states.empty : says.states.complete(formatTime(Date.parse(complete_to), now)),
  }
}

function servingHops(row: PipelineRow): Hop[] {
  const { clients, rate, latency_ms } = row.dashboard
  const { merge } = row
  const served = merge === null ? [] : [says.records(formatCount(merge.batch + merge.speed))]
  const serving: Doing = hasProblem(row, 'views')
    ? { state: 'halted', doing: says.states.waitsForViews }
    : { state: 'flowing', doing: says.states.answers }
  return [
    {
      name: 'serving',
      ...serving,
      figures: [says.readingsTold(formatRate(rate)), ...served, ...latency(latency_ms, says.logToBrowser)],
    },
    {
      name: 'browsers',
      ...(clients > 0 ? flowing : { state: 'idle', doing: says.states.unwatched }),
      figures: [says.browsers(clients)],
    },
  ]
}
