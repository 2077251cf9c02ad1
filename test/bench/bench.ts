// `pnpm bench`: measures every promised figure side by side with its peer.
import { mkdirSync } from 'node:fs'
import { exitWith } from '@health/runtime'
import { answerHelp } from '@health/runtime/help'
import { kafkaJars } from '../faults/kafka-settings.ts'
import { currentCommit, currentLoad, describeMachine } from './machine.ts'
import { type BenchOptions, helpOf, readOptions } from './options.ts'
import { openPeer } from './peer.ts'
import { growthOf } from './report/growth.ts'
import { alignedTable, growthTables, resultTable } from './report/print.ts'
import { type MeasuredWork, type Report, readReport, roundsOf, writeReport } from './report/report.ts'
import { resultOf, type WorkRounds } from './report/result.ts'
import { fullSizes, quickSizes } from './sizes.ts'
import { startSystem } from './system.ts'
import { backlogWork, longBacklogWork } from './works/backlog.ts'
import { batchWorks } from './works/batch.ts'
import { fanOutWork } from './works/fan-out.ts'
import { footprintWork } from './works/footprint.ts'
import { growthWorks } from './works/growth.ts'
import { growthDaysWork } from './works/growth-days.ts'
import { ingressWork } from './works/ingress.ts'
import { latencyWork } from './works/latency.ts'
import { liveWork } from './works/live.ts'
import { pageWork } from './works/page.ts'
import type { Bench, Contender, Figures, Work } from './works/work.ts'

const works: readonly Work[] = [
  liveWork,
  latencyWork,
  backlogWork,
  longBacklogWork,
  ingressWork,
  ...batchWorks,
  fanOutWork,
  pageWork,
  ...growthWorks,
  growthDaysWork,
  footprintWork,
]

const begun = performance.now()
const say = (sentence: string): void => {
  process.stderr.write(`${((performance.now() - begun) / 1000).toFixed(0).padStart(5)} s  ${sentence}\n`)
}

const inShort = (_key: string, value: unknown): unknown =>
  typeof value === 'number' ? Number(value.toPrecision(4)) : value

const args = process.argv.slice(2)
const workNames = works.map(({ name }) => name)
answerHelp(args, helpOf(workNames))
try {
  const options = readOptions(args, workNames)
  const { report, failures } = await measure(options)
  const rounds = roundsOf(report)
  const tables = [resultTable(resultOf(rounds)), ...growthTables(growthOf(rounds))]
  process.stdout.write(`${tables.map(alignedTable).join('\n\n')}\n`)
  if (options.quick) say('quick: sizes are much smaller than the lines say, only to see that everything runs')
  if (options.out !== null) writeReport(options.out, report)
  process.exit(failures === 0 ? 0 : 1)
} catch (error) {
  exitWith(error)
}

async function measure({ quick, pairs, only, peer: peerFolder, state, out }: BenchOptions) {
  const peer = peerFolder === null ? null : openPeer(peerFolder)
  const machine = describeMachine(kafkaJars(), peer)
  const sizes = quick ? quickSizes : fullSizes
  const before = out === null ? null : readReport(out, { quick, machine, sizes })
  const [commit, loadBefore] = [currentCommit(), currentLoad()]
  if (loadBefore > 0.5) say(`the machine is busy (load average ${loadBefore}): keep none of these figures`)
  mkdirSync(state, { recursive: true })
  const system = await startSystem()
  say('Kafka and Redis answer')
  const bench: Bench = { system, sizes, peer, state, say }
  const measured: Record<string, MeasuredWork> = {}
  let failures = 0
  const failed = (what: string, error: Error): void => {
    failures++
    say(`${what} failed: ${error.message}`)
  }
  for (const work of works.filter(({ name }) => only.includes(name))) {
    try {
      const contenders = await work.prepare(bench)
      const rounds = await runRounds({ bench, work, contenders, pairs, failed })
      measured[work.name] = { at: new Date().toISOString(), commit, loadBefore, rounds }
    } catch (error) {
      failed(work.name, error as Error)
    }
  }
  await system.close()
  const report: Report = { quick, machine, sizes, works: { ...before?.works, ...measured } }
  return { report, failures }
}

interface RoundsOptions {
  bench: Bench
  work: Work
  contenders: readonly Contender[]
  pairs: number
  failed(what: string, error: Error): void
}

/** A B C, A B C, …: all contenders share the machine's drift. */
async function runRounds({ bench, work, contenders, pairs, failed }: RoundsOptions): Promise<WorkRounds> {
  const rounds = new Map<string, (Figures | null)[]>(contenders.map(({ name }) => [name, []]))
  for (let round = 1; round <= pairs; round++) {
    for (const { name, run } of contenders) {
      const what = `${work.name}, round ${round}, ${name}`
      await bench.system.emptyRedis()
      const figures = await run().catch((error: Error) => {
        failed(what, error)
        return null
      })
      if (figures !== null) say(`${what}: ${JSON.stringify(figures, inShort)}`)
      rounds.get(name)?.push(figures)
    }
  }
  return Object.fromEntries(rounds)
}
