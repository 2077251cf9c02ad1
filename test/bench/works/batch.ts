// The days of a lake are computed: by the batch command as a whole process, by Spark, and `wc -l` merely reads the lake.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '../../e2e/processes.ts'
import { lakeOf } from '../data/lake.ts'
import { resultOf } from '../process.ts'
import type { Sizes } from '../sizes.ts'
import { sum } from '../statistics.ts'
import { secondsSince } from './follow.ts'
import type { Bench, Contender, Figures, Work } from './work.ts'

export const batchWorks: Work[] = [
  { name: 'batch-1m', prepare: (bench) => prepare(bench, 'batch-1m', spark) },
  { name: 'batch-10m', prepare: (bench) => prepare(bench, 'batch-10m', spark) },
  { name: 'batch-small-files', prepare: (bench) => prepare(bench, 'batch-small-files', () => []) },
]

async function prepare(
  bench: Bench,
  name: keyof Sizes['lakes'],
  peers: (bench: Bench, lakeDir: string) => Contender[],
): Promise<Contender[]> {
  const { rows, files } = bench.sizes.lakes[name]
  bench.say(
    `a lake of ${rows.toLocaleString('en')} rows in ${files.toLocaleString('en')} files is made, or there already`,
  )
  const lakeDir = lakeOf(bench.state, { rows, files })
  return [
    // First, so that nobody reads from the disk what the others find in memory.
    { name: 'wc', run: () => count(bench, lakeDir) },
    { name: 'batch', run: () => compute(bench, lakeDir, rows) },
    ...peers(bench, lakeDir),
  ]
}

async function compute({ system }: Bench, lakeDir: string, rows: number): Promise<Figures> {
  const begun = performance.now()
  const command = `exec "$0" ${join(root, 'scripts/batch.ts')} --lake ${lakeDir} --json > ${system.folder}/days.json`
  const running = system.start('batch', 'sh', ['-c', command, process.execPath])
  assert.equal(await running.ended, 0, 'how the batch run ended')
  const seconds = secondsSince(begun)
  const { cpuSeconds, peakBytes } = running.usage()
  const { watermark } = JSON.parse(await readFile(join(system.folder, 'days.json'), 'utf8'))
  assert.equal(sumOf(watermark), rows, 'rows that the batch run covers')
  return { seconds, cpuSeconds, peakBytes }
}

function spark({ peer, system }: Bench, lakeDir: string): Contender[] {
  if (peer === null) return []
  const run = async (): Promise<Figures> => {
    const running = peer.batch(system, lakeDir)
    const { total_s = Number.NaN, redis_s = Number.NaN } = await resultOf(running)
    const { cpuSeconds, peakBytes } = running.usage()
    await running.ended
    // Without writing into Redis, which the command with --lake does not, and without the time it takes to stop.
    return { seconds: total_s - redis_s, cpuSeconds, peakBytes }
  }
  return [{ name: 'spark', run }]
}

async function count({ system }: Bench, lakeDir: string): Promise<Figures> {
  const begun = performance.now()
  const running = system.start('wc', 'sh', ['-c', `find ${lakeDir} -name '*.csv' -exec wc -l {} + > /dev/null`])
  assert.equal(await running.ended, 0, 'how wc ended')
  return { seconds: secondsSince(begun) }
}

const sumOf = (watermark: Readonly<Record<string, number>>): number => sum(Object.values(watermark))
