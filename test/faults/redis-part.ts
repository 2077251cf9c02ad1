// A Redis of the test's own, which keeps its data as compose's does: an append-only file, flushed every second.
import { mkdirSync, readdirSync, readFileSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { createPart, type Part } from './part.ts'
import { connects } from './ports.ts'

export interface RedisPart extends Part {
  /**
   * kill -9, and of what was written within the last second `share` (0 … 1) is lost, as after a power failure: killing
   * alone loses nothing that the kernel had.
   */
  killLosing(share: number): Promise<void>
}

/**
 * How a step begins in the file. The cut is made between steps: a Redis 7.0 that finds one torn drops it, but appends to
 * what is left of it, and refuses the file at the next start.
 */
const transaction = '*1\r\n$5\r\nMULTI\r\n'

const sampleMs = 100
const unflushedMs = 1000

export function createRedisPart(folder: string, port: number): RedisPart {
  const data = join(folder, 'redis')
  mkdirSync(data, { recursive: true })
  const part = createPart({
    name: 'redis',
    command: 'redis-server',
    args: ['--bind', '127.0.0.1', '--port', String(port), '--dir', data, '--save', '', '--appendonly', 'yes'],
    logFile: join(folder, 'redis.log'),
    answers: () => connects(port),
  })
  let sizes: { at: number; path: string; size: number }[] = []
  setInterval(() => {
    const now = Date.now()
    const file = newestFile(data)
    if (file !== null) sizes.push({ at: now, ...file })
    sizes = sizes.filter(({ at }) => at > now - unflushedMs - sampleMs)
  }, sampleMs).unref()

  return {
    ...part,
    async killLosing(share) {
      await part.kill()
      const file = newestFile(data)
      const before = sizes.find(({ path }) => path === file?.path)
      if (file === null || before === undefined) return
      const wanted = file.size - Math.floor((file.size - before.size) * share)
      const from = readFileSync(file.path).indexOf(transaction, wanted)
      if (from !== -1) truncateSync(file.path, from)
    },
  }
}

/** The file that grows. */
function newestFile(data: string): { path: string; size: number } | null {
  try {
    const folder = join(data, 'appendonlydir')
    const path = readdirSync(folder)
      .filter((name) => name.endsWith('.incr.aof'))
      .map((name) => join(folder, name))
      .at(-1)
    return path === undefined ? null : { path, size: statSync(path).size }
  } catch {
    return null
  }
}
