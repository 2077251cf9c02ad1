// batch-aggregator that stays: runs when somebody asks through the views, one run at a time.

import { LakeFileDamaged, lakeDirOf } from '@health/lake'
import { ConfigError, type Service, type ServiceContext } from '@health/runtime'
import {
  type BatchRun,
  type Change,
  decodeChange,
  openViews,
  readBatchView,
  reportRun,
  type ViewStore,
  ViewsUnavailable,
} from '@health/views'
import { BatchFailed } from './batch-failed.ts'
import type { BatchAggregatorConfig } from './config.ts'
import { type BatchOptions, runBatch } from './run.ts'

/** Opens the views and waits to be asked. */
export async function startBatchAggregator(config: BatchAggregatorConfig, context: ServiceContext): Promise<Service> {
  const views = await openViews(config, { logger: context.logger })
  return serveRuns({ views, ...batchOptions(config), now: context.now }, context)
}

/** What a run needs to know of the settings. */
export const batchOptions = (config: BatchAggregatorConfig) => ({
  lakeDir: lakeDirOf(config),
  topic: config.KAFKA_TOPIC,
  partitions: config.KAFKA_PARTITIONS,
  timeZone: config.DAY_TIME_ZONE,
})

/** What fails a run without failing the service: people mend it, or it passes. */
export const isExpected = (error: unknown): error is Error =>
  error instanceof BatchFailed ||
  error instanceof LakeFileDamaged ||
  error instanceof ConfigError ||
  error instanceof ViewsUnavailable

/** Runs whenever `batch-wanted` is told; closes the views in the end. */
export async function serveRuns(options: BatchOptions, { logger }: ServiceContext): Promise<Service> {
  const { views } = options
  const stopping = new AbortController()
  const failed = Promise.withResolvers<never>()
  let running: Promise<void> | null = null
  let isWanted = false

  /** Who asks while a run is under way wants what came in since: one more run serves all of them. */
  async function runWhileWanted(): Promise<void> {
    while (isWanted && !stopping.signal.aborted) {
      isWanted = false
      await runOnce()
    }
    running = null
  }

  async function runOnce(): Promise<void> {
    try {
      const { records, missing, rows, tookMs } = await runBatch({ ...options, signal: stopping.signal })
      logger.info({ records, missing, rows: rows.length, tookMs }, 'A batch run is published.')
    } catch (err) {
      if (stopping.signal.aborted) return
      logger.error({ err }, 'A batch run failed; the views serve what they served before.')
      if (!isExpected(err)) failed.reject(err)
    }
  }

  const abandoned = createAbandonedCheck(views)
  const onChange = (changes: Change[]) => {
    for (const { change } of changes) {
      const decoded = decodeChange(change)
      if (decoded.kind === 'batch-run') abandoned.sawRun(decoded.run)
      if (decoded.kind !== 'batch-wanted') continue
      isWanted = true
      running ??= runWhileWanted()
    }
  }
  const readRun = () => readBatchView(views).then(({ run }) => abandoned.sawRun(run), unlessOutage)
  const watch = await views.watch(onChange, readRun)
  await readRun()

  return {
    waitingFor: () => views.waitingFor(),
    failed: failed.promise,
    async stop() {
      await watch.stop()
      abandoned.stop()
      stopping.abort(new BatchFailed('The batch aggregator was stopped while the run was under way. Run it again.'))
      await running
      await views.close()
    },
  }
}

/** A run that reports nothing for so long was killed: a living one reports every second or two. */
const silenceMs = 30_000

/** Marks a run as failed once nothing is heard of it any more, whoever ran it; else nobody could start another. */
function createAbandonedCheck(views: ViewStore) {
  let timer: NodeJS.Timeout | undefined
  const giveUp = (run: BatchRun) => {
    const message = 'The run ended without a word: its process was stopped. Run it again.'
    reportRun(views, { ...run, state: 'failed', message }).catch(unlessOutage)
  }
  return {
    sawRun(run: BatchRun | null): void {
      clearTimeout(timer)
      if (run?.state === 'running') timer = setTimeout(giveUp, silenceMs, run).unref()
    },
    stop: () => clearTimeout(timer),
  }
}

function unlessOutage(error: unknown): void {
  if (!(error instanceof ViewsUnavailable)) throw error
}
