// The soak: readings keep coming while everything is killed, stopped and restarted; in the end nothing may be missing, double
// or different. `node test/faults/soak.ts [--hours N] [--kills N] [--seed N]`; exits 1 on any difference.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { lakeCoverage } from '@health/lake'
import { deadLetterTopic, type EventLog, logSettings, openLog } from '@health/log'
import { createLogger, readConfig } from '@health/runtime'
import { answerHelp } from '@health/runtime/help'
import { openViews, readPartitions, type ViewStore } from '@health/views'
import { z } from 'zod'
import { runScript } from '../e2e/processes.ts'
import { until } from '../e2e/until.ts'
import { createChaos, planChaos, type Tally } from './chaos.ts'
import { type ClientOptions, runHttpClient, runMqttClient } from './clients.ts'
import {
  compareAcknowledged,
  compareDays,
  compareDeadLetters,
  compareLake,
  compareViews,
  daysByRest,
  daysInViews,
} from './compare.ts'
import { createFaultSystem, type FaultSystem, serviceNames } from './fault-system.ts'
import { createLedger, type Ledger } from './ledger.ts'
import { createRandom, type Random } from './random.ts'
import { readWholeLog } from './read-log.ts'
import { createReadings } from './readings.ts'
import { withReplay } from './replay.ts'

/** Between two steps, on average. */
const stepMs = 1900
const httpClients = 5
const mqttClients = 3
const patientsPerClient = 4
const fewestReadings = 10_000
/** Differences of one kind that are printed. */
const shown = 5

const help = `Usage: pnpm test:faults [--kills N] [--hours N] [--seed N]

Sends known readings while every service, Kafka and Redis are killed, stopped and restarted. Then it compares the log, the
lake, the views and the served days record by record. Needs eval "$(.ci/real-parts install)".

  --kills N  how many processes to kill; unset: 100, or as many as fit into --hours
  --hours N  how long to run
  --seed N   repeats the run with that seed; unset: a random one, which is printed
  --help     prints this`

answerHelp(process.argv.slice(2), help)
const options = readOptions()
const random = createRandom(options.seed)
const begun = Date.now()
const say = (sentence: string) => console.log(`${((Date.now() - begun) / 1000).toFixed(1).padStart(7)} s  ${sentence}`)

say(`seed ${options.seed}, ${options.kills} kills${options.hours > 0 ? `, ${options.hours} hours` : ''}`)
const system = await createFaultSystem()
let differences = 1
try {
  differences = await soak(system)
} finally {
  await system.close(differences === 0 ? 'removed' : 'kept')
  if (differences > 0)
    say(
      `What was kept, with every part's log: ${system.folder}. Again: --seed ${options.seed} --kills ${options.kills}`,
    )
}
process.exit(differences === 0 ? 0 : 1)

function readOptions() {
  const { values } = parseArgs({
    // pnpm hands on the `--` that separates its own options.
    args: process.argv.slice(2).filter((arg) => arg !== '--'),
    options: { hours: { type: 'string' }, kills: { type: 'string' }, seed: { type: 'string' } },
  })
  const hours = Number(values.hours ?? 0)
  // About two thirds of all steps kill.
  const kills = Number(values.kills ?? (hours > 0 ? Math.round((hours * 3_600_000 * 0.66) / stepMs) : 100))
  const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31))
  for (const number of [hours, kills, seed]) assert.ok(number >= 0, 'give numbers')
  return { hours, kills, seed }
}

async function soak(system: FaultSystem): Promise<number> {
  const ledger = createLedger(join(system.folder, 'acknowledged.base64'))
  await system.startAll()
  await system.allReady()
  say('every service is ready')
  const chaos = createChaos(system, say)
  const steps = planChaos(random.fork(), options.kills, stepMs)
  const sending = startClients(system, ledger, random)
  await Promise.race([sending.failed, chaos.run(steps)])
  await Promise.race([sending.failed, enough(ledger)])
  await sending.stop()
  // What nobody writes after must be found again as well.
  await system.redis.killLosing(1)
  chaos.tally.kills.set('redis', (chaos.tally.kills.get('redis') ?? 0) + 1)
  await system.redis.start()
  say(`${ledger.counts.acknowledged} records are acknowledged; everything is left to settle`)
  await ledger.close()
  return examine(system, ledger, chaos.tally)
}

function startClients(system: FaultSystem, ledger: Ledger, random: Random) {
  const stopping = new AbortController()
  const running = Array.from({ length: httpClients + mqttClients }, (_, i) => {
    const patients = Array.from({ length: patientsPerClient }, (_, n) => `p${i}-${n}`)
    const own = random.fork()
    const client: ClientOptions = {
      readings: createReadings(patients, own.fork(), Date.now),
      random: own,
      ledger,
      signal: stopping.signal,
      pauseMs: 400,
    }
    return i < httpClients ? runHttpClient(system.ingest, client) : runMqttClient(system.mqttPort, client)
  })
  const all = Promise.all(running)
  return {
    /** Rejects when a client was answered what it must not be. */
    failed: all.then(() => new Promise<never>(() => undefined)),
    async stop() {
      stopping.abort()
      await all
    },
  }
}

async function enough({ counts }: Ledger): Promise<void> {
  while (counts.acknowledged < fewestReadings) await pause(100)
}

async function examine(system: FaultSystem, ledger: Ledger, tally: Tally): Promise<number> {
  const { env, topic, partitions, lakeDir } = system
  const logger = createLogger('error')
  const log = await openLog(readConfig(z.object(logSettings), env), { logger, clientId: 'fault-test' })
  const views = await openViews({ REDIS_URL: env['REDIS_URL'], DATA_DIR: env['DATA_DIR'] ?? '' }, { logger })
  await system.allReady()
  const unsettled = await settled(log, views, system).then(
    () => [],
    (error: Error) => [error.message],
  )
  const whole = await readWholeLog(log, topic)
  const letters = await readWholeLog(log, deadLetterTopic(topic))
  say('compared now')

  const lake = await compareLake(lakeDir, whole)
  const viewDifferences = await withReplay(whole, (replayed) => compareViews(views, replayed, partitions))
  const liveDays = await compareDays(daysByRest(system.dashboard), whole, 'left out')
  const run = await runScript('batch.ts', ['--json'], env)
  const days = await compareDays(daysByRest(system.dashboard), whole, 'compared')
  const daysStored = await compareDays(daysInViews(views, partitions), whole, 'compared')
  say(`days ${days.compared}; before the last batch run ${liveDays.leftOut} were provisional, ${liveDays.compared} not`)
  const differences = {
    'never settled': unsettled,
    'acknowledged records lost': compareAcknowledged(ledger, whole),
    'records missing in the lake': lake.lost,
    'records twice in the lake': lake.duplicated,
    'records changed in the lake': lake.changed,
    'real-time views unlike a replay': viewDifferences,
    'served days unlike a recount, before the last batch run': liveDays.differences,
    'last batch run failed': run.code === 0 ? [] : [run.stderr],
    'served days unlike a recount': days.differences,
    'days in the views unlike a recount': daysStored.differences,
    'dead letters unlike the log': compareDeadLetters(whole, letters),
  }
  await log.close()
  await views.close()
  print(system, ledger, tally, { records: whole.flat().length, letters: letters.flat().length, differences })
  return Object.values(differences).flat().length
}

/** Resolves when every service is ready, and views and lake have every record of the log. */
async function settled(log: EventLog, views: ViewStore, system: FaultSystem): Promise<void> {
  const { topic, partitions, lakeDir } = system
  await system.allReady()
  const ends = (await log.ranges(topic)).map(({ end }) => end)
  await until(async () => {
    const positions = (await readPartitions(views, partitions)).map(({ position }) => position)
    assert.deepEqual(positions, ends, 'the views do not reach the end of the log')
  })
  await until(async () => {
    const coverage = await lakeCoverage(lakeDir, topic)
    const covered = ends.map((_, partition) => coverage.get(partition)?.nextOffset ?? 0)
    assert.deepEqual(covered, ends, 'the lake does not reach the end of the log')
  })
}

function print(
  system: FaultSystem,
  { counts }: Ledger,
  { kills, freezes, restarts, flushes, batchRuns }: Tally,
  { records, letters, differences }: { records: number; letters: number; differences: Record<string, string[]> },
): void {
  const total = [...kills.values()].reduce((sum, n) => sum + n, 0)
  say(`acknowledged ${counts.acknowledged}, sent again ${counts.retries}, requests refused ${counts.refused}`)
  say(`records in the log ${records}, dead letters ${letters}`)
  say(`kills ${total}: ${[...kills].map(([name, n]) => `${name} ${n}`).join(', ')}`)
  say(`stops ${freezes}, restarts ${restarts}, flushes ${flushes}, batch runs ${batchRuns}`)
  const exits = serviceNames.map((name) => [name, system.services[name].ownExits()] as const).filter(([, n]) => n > 0)
  say(`ended by themselves: ${exits.map(([name, n]) => `${name} ${n}`).join(', ') || 'none'}`)
  for (const [what, lines] of Object.entries(differences)) {
    say(`${what}: ${lines.length}`)
    for (const line of lines.slice(0, shown)) say(`    ${line.slice(0, 1000)}`)
  }
}
