// The machine and the versions of a benchmark: figures of different ones cannot be compared.
import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'
import type { Peer } from './peer.ts'

export interface Machine {
  /** Count and model. */
  processors: string
  memoryBytes: number
  Node: string
  Kafka: string
  Redis: string
  kcat: string
  Java: string
  Spark: string
}

/** `kafkaJars`: the folder of Kafka's jars. */
export function describeMachine(kafkaJars: string, peer: Peer | null): Machine {
  return {
    processors: `${availableParallelism()} × ${cpus()[0]?.model.trim() ?? 'unknown'}`,
    memoryBytes: totalmem(),
    Node: process.version.slice(1),
    Kafka: kafkaVersion(kafkaJars),
    Redis: saidBy('redis-server', '--version', /v=([\d.]+)/),
    kcat: saidBy('kcat', '-V', /Version ([\d.]+)/),
    Java: saidBy('java', '--version', /^\w+ ([\d.]+)/),
    Spark: peer?.version ?? 'not measured',
  }
}

/** The load average of the last minute. */
export const currentLoad = (): number => Math.round(100 * (loadavg()[0] ?? 0)) / 100

/** The commit that is checked out here, with a + where files differ from it. */
export function currentCommit(): string {
  try {
    const git = (...args: string[]) => execFileSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8' }).trim()
    return `${git('rev-parse', '--short=9', 'HEAD')}${git('status', '--porcelain', '-uno') === '' ? '' : '+'}`
  } catch {
    return 'unknown'
  }
}

const kafkaVersion = (jars: string): string =>
  readdirSync(jars)
    .map((name) => /^kafka_[\d.]+-([\d.]+)\.jar$/.exec(name)?.[1])
    .find((version) => version !== undefined) ?? 'unknown'

function saidBy(command: string, argument: string, version: RegExp): string {
  try {
    return version.exec(execFileSync(command, [argument], { encoding: 'utf8' }))?.[1] ?? 'unknown'
  } catch {
    return 'not installed'
  }
}
