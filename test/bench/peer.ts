// The peer, Spark: it does the same work on the same Kafka, Redis, topic and lake when its folder is given.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError } from '@health/runtime'
import { baseEnv } from '../e2e/processes.ts'
import type { Running } from './process.ts'
import type { BenchSystem } from './system.ts'

/** `latest`: the JVM reduces each micro-batch to the newest reading per patient; `row`: every row goes through Python. */
export type SpeedVariant = 'latest' | 'row'

export interface Peer {
  /** Drains the first `messages` of a topic in micro-batches of at most `batch`. */
  drain(system: BenchSystem, variant: SpeedVariant, work: { topic: string; messages: number; batch: number }): Running
  /** Follows a topic. */
  follow(system: BenchSystem, topic: string): Running
  /** Computes the days of a lake. */
  batch(system: BenchSystem, lakeDir: string): Running
  version: string
}

const variants = { latest: 'latest', row: 'batch' } as const satisfies Record<SpeedVariant, string>

/** The peer in `folder`, set up as its own instructions say. Throws a `ConfigError` where it is not. */
export function openPeer(folder: string): Peer {
  for (const file of ['env.sh', 'spark/speed.py', 'spark/batch.py']) {
    if (!existsSync(join(folder, file))) throw new ConfigError(`--peer names a folder without ${file}`)
  }
  /** In the peer's own environment, but with the ports of the system that is measured. */
  const command = (script: string, ...args: string[]) => [
    '-c',
    '. "$0/env.sh" && exec "$PY" "$@"',
    folder,
    ...(script === '' ? [] : [join(folder, 'spark', script)]),
    ...args,
  ]
  const state = process.env['PEER_STATE']
  const where: Record<string, string> = state === undefined ? {} : { PEER_STATE: state }

  function start(system: BenchSystem, env: Record<string, string>, args: string[]): Running {
    const ports = { KAFKA_PORT: String(system.kafkaPort), REDIS_PORT: String(system.redisPort) }
    return system.start('spark', 'bash', args, { ...where, ...ports, ...env, T_LAUNCH: String(Date.now() / 1000) })
  }

  return {
    drain(system, variant, { topic, messages, batch }) {
      const args = command('speed.py', variants[variant], 'drain', String(messages))
      return start(system, { TOPIC: topic, MAXOFF: String(batch) }, args)
    },
    follow(system, topic) {
      const running = start(system, { TOPIC: topic }, command('speed.py', variants.latest, 'live'))
      // It removes its checkpoint only when it is interrupted.
      return { ...running, stop: () => running.stop('SIGINT') }
    },
    batch: (system, lakeDir) => start(system, {}, command('batch.py', join(lakeDir, 'raw'))),
    version: versionOf(command('', '-c', 'import pyspark; print(pyspark.__version__)'), where),
  }
}

function versionOf(args: string[], where: Record<string, string>): string {
  try {
    return execFileSync('bash', args, { encoding: 'utf8', env: { ...baseEnv(), ...where } }).trim()
  } catch (cause) {
    throw new ConfigError('The peer is not set up: run its bin/setup.sh, with the same PEER_STATE', { cause })
  }
}
