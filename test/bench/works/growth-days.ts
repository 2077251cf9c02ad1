// What a batch run costs as history grows: everything computed for the first time, and again after one new minute.
import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { type LakeFile, listLake, readLastRow } from '@health/lake'
import {
  claimViews,
  encodeProgress,
  type Operation,
  partitionKey,
  readBatchView,
  readPartitions,
  tellViews,
} from '@health/views'
import { lakeOf, lakeTopic } from '../data/lake.ts'
import { lakePatients } from '../sizes.ts'
import { sum } from '../statistics.ts'
import { type BenchSystem, partitions } from '../system.ts'
import { reach, secondsSince, whileRunning } from './follow.ts'
import { redisUsage } from './speed-layers.ts'
import type { Bench, Contender, Figures, Work } from './work.ts'

export const growthDaysWork: Work = {
  name: 'growth-days',
  prepare: async (bench) => bench.sizes.growth.days.map((days) => contender(bench, days)),
}

function contender({ system, sizes, state, say }: Bench, days: number): Contender {
  const { rowsADay, lastMinuteRows } = sizes.growth
  say(`a lake of ${days.toLocaleString('en')} days is made, or there already`)
  const lakeDir = lakeOf(state, { rows: days * rowsADay, files: days * partitions, days, lastMinuteRows })
  return { name: `${days} days`, run: async () => ({ size: days, ...(await runTwice(system, lakeDir, days)) }) }
}

/** Runs on empty views up to the last minute, and then with it. */
async function runTwice(system: BenchSystem, lakeDir: string, days: number): Promise<Figures> {
  const { views } = system
  const { files } = await listLake(lakeDir)
  const last = lastFilesOf(files)
  const before = await redisUsage(system)
  await claimViews(views, 'UTC')
  await moveTo(
    system,
    last.map(({ previous }) => previous),
  )
  const full = await run(system, lakeDir)
  const { bytes } = await redisUsage(system)
  await moveTo(
    system,
    last.map(({ newest }) => newest),
  )
  const again = await run(system, lakeDir)
  return {
    fullSeconds: full.seconds,
    fullPeakBytes: full.peakBytes,
    rerunSeconds: again.seconds,
    rerunPeakBytes: again.peakBytes,
    redisBytes: bytes - before.bytes,
    // All patients together have their days too.
    redisBytesPerDay: (bytes - before.bytes) / (days * (lakePatients + 1)),
    lakeBytesPerRow: await bytesPerRow(last.map(({ newest }) => newest)),
  }
}

/** The last two files of each partition: the newest holds the minute that is new. */
function lastFilesOf(files: readonly LakeFile[]): { previous: LakeFile; newest: LakeFile }[] {
  return Array.from({ length: partitions }, (_, partition) => {
    const [previous, newest] = files.filter((file) => file.partition === partition).slice(-2)
    assert(previous !== undefined && newest !== undefined)
    return { previous, newest }
  })
}

/** Lets the views stand where these files end, as if the speed layer had applied all before. */
async function moveTo({ views }: BenchSystem, files: readonly LakeFile[]): Promise<void> {
  const states = await readPartitions(views, partitions)
  const moves = files.map(async (file, partition): Promise<Operation> => {
    const { offset, receivedAt } = await readLastRow(file)
    const state = states[partition]
    assert(state !== undefined)
    const fields = encodeProgress({ ...state, position: offset + 1, receivedAt })
    return { op: 'set', key: partitionKey(partition), fields }
  })
  await views.step([], await Promise.all(moves))
}

/** The service that waits to be asked is started; `seconds` are those from asking until the next version is published. */
async function run(system: BenchSystem, lakeDir: string): Promise<{ seconds: number; peakBytes: number }> {
  const { views } = system
  const { version } = await readBatchView(views)
  const service = system.startService('batch-aggregator', lakeTopic, { LAKE_DIR: lakeDir })
  return whileRunning([service], async () => {
    await service.ready()
    const begun = performance.now()
    await tellViews(views, { kind: 'batch-wanted' })
    await reach(service, version + 1, 5, async () => (await readBatchView(views)).version)
    return { seconds: secondsSince(begun), peakBytes: service.usage().peakBytes }
  })
}

async function bytesPerRow(files: readonly LakeFile[]): Promise<number> {
  const rows = await Promise.all(files.map(async (file) => (await readLastRow(file)).offset + 1 - file.firstOffset))
  const bytes = sum(files.map(({ path }) => statSync(path).size))
  return bytes / sum(rows)
}
