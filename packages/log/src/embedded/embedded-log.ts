// The embedded log: one SQLite file for the services of one machine. Several processes may have it open.
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { type Logger, tryProcessLock } from '@health/runtime'
import { type EventLog, LogUnavailable, type Subscription } from '../log.ts'
import { type AppendQueue, createAppendQueue } from '../shared/append-queue.ts'
import { createChanges } from './changes.ts'
import { pruneTopic } from './retention.ts'
import { openStorage, type Topic } from './storage.ts'
import { subscribeToEmbeddedLog } from './subscription.ts'

export interface EmbeddedLogOptions {
  /** Made when missing; holds log.db and the groups' locks. */
  folder: string
  topics: readonly string[]
  partitions: number
  retention: {
    hours: number
    /** The topic whose records stay until the archiver has them. */
    archivedTopic: string
  }
  logger: Logger
  /** The log's clock, epoch ms. */
  now?: () => number
}

/** Opens the log. Throws `TopicMismatch` when it was made with another number of partitions. */
export function openEmbeddedLog(options: EmbeddedLogOptions): EventLog {
  const { folder, partitions, retention, logger, now = Date.now } = options
  mkdirSync(folder, { recursive: true })
  const path = resolve(folder, 'log.db')
  const storage = openStorage(path, now)
  const changes = createChanges(path, storage.version)
  const topics = new Map<string, { topic: Topic; queue: AppendQueue }>()
  const subscriptions = new Set<Subscription>()

  function open(name: string): { topic: Topic; queue: AppendQueue } {
    let opened = topics.get(name)
    if (opened === undefined) {
      const topic = storage.openTopic(name, partitions)
      const queue = createAppendQueue(async (records) => {
        writing(path, () => storage.append(topic, records))
        changes.tell()
      })
      opened = { topic, queue }
      topics.set(name, opened)
    }
    return opened
  }

  async function prune(): Promise<void> {
    const before = now() - retention.hours * 3_600_000
    for (const { topic } of topics.values()) {
      const keep = topic.name === retention.archivedTopic ? 'unarchived' : 'nothing'
      await pruneTopic({ storage, topic, before, keep, signal: closing.signal })
    }
  }

  const lockPathOf = (group: string, topic: string) => join(folder, `log.${encodeURIComponent(group)}.${topic}.lock`)

  for (const name of options.topics) open(name)
  const closing = new AbortController()
  const pruning = repeatHourly(prune, closing.signal).catch((error) => {
    logger.error({ err: error }, 'Old records are not deleted any more')
  })

  return {
    append: async (topic, records) => open(topic).queue.append(records),
    async subscribe(name, group, consumer) {
      if (closing.signal.aborted) throw new LogUnavailable(`The embedded log ${path} is closed`)
      const { topic } = open(name)
      const lockPath = lockPathOf(group, name)
      const log = logger.child({ topic: name, group })
      const subscription = subscribeToEmbeddedLog({ storage, changes, topic, group, lockPath, consumer, logger: log })
      subscriptions.add(subscription)
      return subscription
    },
    ranges: async (topic) => storage.ranges(open(topic).topic),
    async hasMembers(topic, group) {
      const release = tryProcessLock(lockPathOf(group, topic))
      release?.()
      return release === null
    },
    committed: async (topic, group) => storage.committed(open(topic).topic, group),
    async read(topic, partition, offset, limit) {
      return storage.read(open(topic).topic, partition, offset, limit)?.records ?? []
    },
    async close() {
      closing.abort()
      await Promise.all([...subscriptions].map((subscription) => subscription.stop()))
      await Promise.all([...topics.values()].map(({ queue }) => queue.drained()))
      await pruning
      changes.close()
      storage.close()
    },
  }
}

async function repeatHourly(work: () => Promise<void>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await work()
    await setTimeout(3_600_000, undefined, { signal, ref: false }).catch(() => undefined)
  }
}

/** SQLite's result codes for what may pass: busy, locked, no memory, read-only, I/O error, full, cannot open. */
const passing = new Set([5, 6, 7, 8, 10, 13, 14])

function writing(path: string, write: () => void): void {
  try {
    write()
  } catch (error) {
    const code = (error as { errcode?: number }).errcode
    if (code === undefined || !passing.has(code & 0xff)) throw error
    throw new LogUnavailable(`The embedded log ${path} cannot be written: ${(error as Error).message}`, {
      cause: error,
    })
  }
}
