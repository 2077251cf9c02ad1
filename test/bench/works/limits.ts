// The limits that tools of others set on this machine, on the same Kafka and Redis.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import type { Backlog } from '../data/backlog.ts'
import { resultOf } from '../process.ts'
import type { BenchSystem } from '../system.ts'
import { secondsSince } from './follow.ts'
import type { Contender } from './work.ts'

export const isInstalled = (command: string): boolean => {
  try {
    execFileSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Reads the topic and throws it away, whole process. Nobody where it is not installed. */
export function kcat(system: BenchSystem, { topic, messages }: Backlog): Contender[] {
  if (!isInstalled('kcat')) return []
  // One character a message tells that all have come.
  const script = `echo "RESULT {\\"read\\":$(kcat -C -q -e -o beginning -f . -b ${system.broker} -t ${topic} | wc -c)}"`
  const run = async () => {
    const begun = performance.now()
    const running = system.start('kcat', 'sh', ['-c', script])
    const { read } = JSON.parse(await running.said('RESULT'))
    const seconds = secondsSince(begun)
    assert.equal(read, messages, 'messages that kcat read')
    return { steadyPerSecond: messages / seconds }
  }
  return [{ name: 'kcat', run }]
}

/** Pipelined SETs a second. */
export function redisBenchmark(system: BenchSystem, requests: number): Contender[] {
  if (!isInstalled('redis-benchmark')) return []
  const benchmark = `redis-benchmark -p ${system.redisPort} -n ${requests} -P 64 -t set --csv`
  const script = `${benchmark} | sed -n 's/^"SET","\\([0-9.]*\\)".*/RESULT {"steadyPerSecond":\\1}/p'`
  const run = () => resultOf(system.start('redis-benchmark', 'sh', ['-c', script]))
  return [{ name: 'redis-benchmark', run }]
}
