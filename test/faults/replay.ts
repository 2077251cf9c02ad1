// Replays a log into fresh views by the speed layer itself: what the real-time views must equal, whatever happened to them.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EventLog } from '@health/log'
import { createLogger, createMetrics, readConfig } from '@health/runtime'
import { runSpeedLayer } from '@health/speed-layer'
import { settings } from '@health/speed-layer/config'
import { openViews, readPartitions, type ViewStore } from '@health/views'
import { until } from '../e2e/until.ts'
import type { WholeLog } from './read-log.ts'

/** Gives `check` embedded views into which `whole` was replayed. */
export async function withReplay<T>(whole: WholeLog, check: (views: ViewStore) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'health-replay-'))
  const logger = createLogger('error')
  const views = await openViews({ DATA_DIR: folder }, { logger })
  const context = { logger, metrics: createMetrics('replay'), now: Date.now }
  const service = await runSpeedLayer(createReplayLog(whole), views, readConfig(settings, {}), context)
  const records = whole.flat().length
  const applied = async () =>
    (await readPartitions(views, whole.length)).reduce((sum, { position }) => sum + (position ?? 0), 0)
  try {
    // As long as it takes, while it goes on.
    for (let done = await applied(); done < records; done = await applied()) {
      await until(async () =>
        assert.ok((await applied()) > done, `the replay stands still after ${done} of ${records}`),
      )
    }
    return await check(views)
  } finally {
    // It closes the views.
    await service.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

const recordsAtOnce = 300

/** A log that holds `whole` and delivers it once. */
function createReplayLog(whole: WholeLog): EventLog {
  return {
    append: async () => undefined,
    async subscribe(_topic, _group, consumer) {
      const failed = Promise.withResolvers<never>()
      const deliver = async (partition: number): Promise<void> => {
        const records = whole[partition] ?? []
        for (let at = (await consumer.startAt(partition)) ?? 0; at < records.length; at += recordsAtOnce) {
          await consumer.onBatch({ partition, records: records.slice(at, at + recordsAtOnce), end: records.length })
        }
      }
      const delivered = Promise.all([...whole.keys()].map(deliver)).catch(failed.reject)
      return {
        commit: () => undefined,
        restart: (partition) => failed.reject(new Error(`A replay begins partition ${partition} again`)),
        waitingFor: () => null,
        failed: failed.promise,
        stop: async () => void (await delivered),
      }
    },
    ranges: async () => whole.map((records, partition) => ({ partition, low: 0, end: records.length })),
    committed: async () => new Map(),
    hasMembers: async () => false,
    read: async (_topic, partition, offset, limit) => whole[partition]?.slice(offset, offset + limit) ?? [],
    close: async () => undefined,
  }
}
