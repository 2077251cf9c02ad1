// A backlog is drained: by the speed layer into the views, by the archiver into the lake, by Spark; and merely read.
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { lakeCoverage } from '@health/lake'
import { tellViews } from '@health/views'
import { type Backlog, fillBacklog } from '../data/backlog.ts'
import type { SpeedVariant } from '../peer.ts'
import { resultOf } from '../process.ts'
import { sum } from '../statistics.ts'
import { drain } from './drain.ts'
import { reach, secondsSince, whileRunning } from './follow.ts'
import { kcat, redisBenchmark } from './limits.ts'
import type { Bench, Contender, Figures, Work } from './work.ts'

/** What is drained from a cold start, and everything that reads the same topic. */
export const backlogWork: Work = {
  name: 'backlog',
  async prepare(bench) {
    const { sizes, system } = bench
    const backlog = await fill(bench, sizes.backlog)
    const row = { messages: sizes.rowBacklog, batch: sizes.rowBatch }
    return [
      { name: 'speed-layer', run: () => drain(system, backlog) },
      ...spark(bench, 'latest', { topic: backlog.topic, messages: backlog.messages, batch: sizes.latestBatch }),
      ...spark(bench, 'row', { topic: backlog.topic, ...row }),
      { name: 'csv-archiver', run: () => archive(bench, backlog) },
      { name: 'kafkajs', run: () => fetchAndParse(bench, backlog) },
      ...kcat(system, backlog),
      ...redisBenchmark(system, backlog.messages),
    ]
  },
}

/** The same for so long that start and warming up count for little. */
export const longBacklogWork: Work = {
  name: 'long-backlog',
  async prepare(bench) {
    const { sizes, system } = bench
    const backlog = await fill(bench, sizes.longBacklog)
    const { topic, messages } = backlog
    return [
      { name: 'speed-layer', run: () => drain(system, backlog) },
      ...spark(bench, 'latest', { topic, messages, batch: sizes.latestBatch }),
      { name: 'kafkajs', run: () => fetchAndParse(bench, backlog) },
    ]
  },
}

async function fill({ system, sizes, say }: Bench, messages: number): Promise<Backlog> {
  say(`filling a topic with ${messages.toLocaleString('en')} messages`)
  return fillBacklog(system, { messages, patients: sizes.patients })
}

function spark(
  { peer, system }: Bench,
  variant: SpeedVariant,
  work: { topic: string; messages: number; batch: number },
): Contender[] {
  if (peer === null) return []
  const run = async (): Promise<Figures> => {
    const running = peer.drain(system, variant, work)
    const result = await resultOf(running)
    const { cpuSeconds, peakBytes } = running.usage()
    // It removes its checkpoint by itself.
    await running.ended
    const perSecond = result['msg_per_s_with_start'] ?? Number.NaN
    return {
      perSecond,
      // Left out where there were too few micro-batches to tell the first one from the others.
      steadyPerSecond: result['msg_per_s_steady'] ?? result['msg_per_s_query'] ?? Number.NaN,
      seconds: (result['records'] ?? Number.NaN) / perSecond,
      cpuSecondsPerMessage: cpuSeconds / (result['records'] ?? Number.NaN),
      peakBytes,
    }
  }
  return [{ name: `spark-${variant}`, run }]
}

/** From the start until every row is fsynced and published; a batch run that waits asks for the last ones so. */
async function archive({ system }: Bench, { topic, messages, ends }: Backlog): Promise<Figures> {
  const lakeDir = mkdtempSync(join(system.folder, 'lake-'))
  const covered = async () => sum([...(await lakeCoverage(lakeDir, topic)).values()].map((each) => each.nextOffset))
  const offsets = Object.fromEntries(ends.entries())
  const begun = performance.now()
  const service = system.startService('csv-archiver', topic, { LAKE_DIR: lakeDir })
  try {
    return await whileRunning([service], async () => {
      await reach(service, 1, 5, async () => Number(existsSync(join(lakeDir, 'raw'))))
      const firstSeconds = secondsSince(begun)
      await service.ready()
      await tellViews(system.views, { kind: 'lake-wanted', offsets })
      await reach(service, messages, 50, covered)
      const seconds = secondsSince(begun)
      const { cpuSeconds, peakBytes } = service.usage()
      return {
        firstSeconds,
        seconds,
        perSecond: messages / seconds,
        steadyPerSecond: messages / (seconds - firstSeconds),
        cpuSecondsPerMessage: cpuSeconds / messages,
        peakBytes,
      }
    })
  } finally {
    rmSync(lakeDir, { recursive: true, force: true })
  }
}

async function fetchAndParse({ system }: Bench, { topic, messages, dropped }: Backlog): Promise<Figures> {
  const running = system.startLoad('fetch', system.broker, topic, messages)
  const { broken, perSecond = Number.NaN } = await resultOf(running)
  assert.equal(broken, dropped.invalid_json ?? 0)
  const { cpuSeconds, peakBytes } = running.usage()
  await running.stop()
  return { steadyPerSecond: perSecond, cpuSecondsPerMessage: cpuSeconds / messages, peakBytes }
}
