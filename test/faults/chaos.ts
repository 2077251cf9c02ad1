// What is done to the parts, and when: a plan that the seed decides, and its execution.
import { setTimeout as pause } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { runScript } from '../e2e/processes.ts'
import { until } from '../e2e/until.ts'
import type { FaultSystem, PartName } from './fault-system.ts'
import type { Part } from './part.ts'
import type { Random } from './random.ts'

export type Action =
  /** kill -9, down for a while; of a Redis a share of the last second is lost. */
  | { kind: 'kill'; target: PartName; downMs: number; losing: number }
  /** SIGSTOP, then SIGCONT. */
  | { kind: 'freeze'; target: PartName; forMs: number }
  /** SIGTERM, then started again. */
  | { kind: 'restart'; target: PartName }
  /** Every view is gone. */
  | { kind: 'flush' }
  /** A run by the standing batch-aggregator. */
  | { kind: 'ask for a batch run' }
  /** A run of its own process, which may be killed in the middle. */
  | { kind: 'batch run'; killAfterMs: number | null }

export type Step = Action & { afterMs: number }

/** How likely each part is chosen: the log and the views carry all others, and need longest to come back. */
const weights: [PartName, number][] = [
  ['kafka-bridge', 6],
  ['speed-layer-1', 5],
  ['speed-layer-2', 5],
  ['csv-archiver-1', 5],
  ['csv-archiver-2', 5],
  ['batch-aggregator', 3],
  ['dashboard-server', 3],
  ['redis', 4],
  ['kafka', 3],
]
const bag = weights.flatMap(([name, weight]) => Array.from({ length: weight }, () => name))

/** So many steps are between two on Kafka: with no log nothing happens that could go wrong. */
const kafkaRests = 7

/** Steps with `kills` kills among them, `meanMs` apart. */
export function planChaos(random: Random, kills: number, meanMs: number): Step[] {
  const steps: Step[] = []
  let left = kills
  let rests = 0
  while (left > 0) {
    let target = random.pick(bag)
    if (target === 'kafka' && rests > 0) target = 'redis'
    const action = planAction(random, target)
    if (action.kind === 'kill') left--
    rests = 'target' in action && action.target === 'kafka' ? kafkaRests : rests - 1
    steps.push({ ...action, afterMs: Math.round(-Math.log(1 - random.next()) * meanMs) })
  }
  return steps
}

function planAction(random: Random, target: PartName): Action {
  const share = random.integer(1, 100)
  if (share <= 66) {
    const losing = target === 'redis' && random.chance(0.5) ? random.next() : 0
    return { kind: 'kill', target, downMs: random.pick([0, 0, random.integer(0, 3000)]), losing }
  }
  if (share <= 80) return { kind: 'freeze', target, forMs: random.integer(500, 8000) }
  if (share <= 88) return { kind: 'restart', target }
  if (share <= 91) return { kind: 'flush' }
  if (share <= 95) return { kind: 'ask for a batch run' }
  return { kind: 'batch run', killAfterMs: random.chance(0.5) ? random.integer(50, 2500) : null }
}

export interface Tally {
  /** Kills by part, and of batch runs. */
  kills: Map<string, number>
  freezes: number
  restarts: number
  flushes: number
  batchRuns: number
}

export interface Chaos {
  tally: Tally
  /** Does the steps in their order. Each part has one thing done to it at a time, and answers before the next. */
  run(steps: readonly Step[]): Promise<void>
}

export function createChaos(system: FaultSystem, say: (sentence: string) => void): Chaos {
  const tally: Tally = { kills: new Map(), freezes: 0, restarts: 0, flushes: 0, batchRuns: 0 }
  const turns = new Map<string, Promise<void>>()
  const redis = new Redis(system.env['REDIS_URL'] ?? '', { maxRetriesPerRequest: null, lazyConnect: true })
  redis.on('error', () => undefined)

  function countKill(name: string): void {
    tally.kills.set(name, (tally.kills.get(name) ?? 0) + 1)
  }

  const partOf = (name: PartName): Part => {
    if (name === 'kafka') return system.kafka
    return name === 'redis' ? system.redis : system.services[name]
  }

  async function hurt(action: Action & { target: PartName }): Promise<void> {
    const part = partOf(action.target)
    if (action.kind === 'kill') {
      if (action.losing > 0) await system.redis.killLosing(action.losing)
      else await part.kill()
      countKill(action.target)
      await pause(action.downMs)
      return part.start()
    }
    if (action.kind === 'freeze') {
      part.freeze()
      await pause(action.forMs)
      part.thaw()
      tally.freezes++
      return
    }
    await terminate(part)
    tally.restarts++
    await part.start()
  }

  /** A service that waits for others may not be able to stop cleanly; its supervisor then kills it. */
  async function terminate(part: Part): Promise<void> {
    const inTime = new AbortController()
    const late = pause(15_000, null, { signal: inTime.signal }).then(part.kill, () => undefined)
    const code = await Promise.race([part.terminate(), late])
    inTime.abort()
    if (code !== 0 && part.name !== 'kafka') say(`${part.name} ended with ${code ?? 'a kill after 15 s'} on SIGTERM`)
  }

  async function runBatch(killAfterMs: number | null): Promise<void> {
    tally.batchRuns++
    const kill = new AbortController()
    const run = runScript('batch.ts', ['--json'], system.env, kill.signal)
    if (killAfterMs !== null) {
      const ended = await Promise.race([run, pause(killAfterMs, null)])
      kill.abort()
      if (ended === null) countKill('batch run')
    }
    const { code, stderr } = await run
    say(`the batch run ended with ${code}${code === 0 ? '' : `: ${stderr.trim().split('\n').at(-1)}`}`)
  }

  async function act(action: Action): Promise<void> {
    if ('target' in action) return hurt(action)
    if (action.kind === 'batch run') return runBatch(action.killAfterMs)
    if (action.kind === 'flush') {
      await Promise.race([redis.flushall(), pause(5000)])
      tally.flushes++
      return
    }
    tally.batchRuns++
    await fetch(`${system.dashboard}/api/batch`, { method: 'POST', signal: AbortSignal.timeout(2000) }).catch(
      () => null,
    )
  }

  return {
    tally,
    async run(steps) {
      for (const { afterMs, ...action } of steps) {
        await pause(afterMs)
        const turn = 'target' in action ? action.target : action.kind
        await turns.get(turn)
        say(JSON.stringify(action))
        turns.set(turn, act(action))
      }
      await Promise.all(turns.values())
      await until(() => system.startAll())
      redis.disconnect()
    },
  }
}
