// speed-layer: takes every record of the log into the views, in order and once; what is no measurement becomes a dead
// letter. Its position lies in the views themselves, so that deleting them rebuilds them.
import { createDayOf } from '@health/domain'
import {
  type Consumer,
  checkPosition,
  deadLetterTopic,
  type EventLog,
  LogRecreated,
  LogUnavailable,
  openLog,
} from '@health/log'
import { ConfigError, type Service, type ServiceContext } from '@health/runtime'
import { openViews, readOrigin, type ViewStore, ViewsUnavailable } from '@health/views'
import { type Applied, type BatchApplier, createBatchApplier } from './apply-batches.ts'
import type { SpeedLayerConfig } from './config.ts'
import { createSpeedMetrics, type SpeedMetrics } from './speed-metrics.ts'

/** Opens log and views and consumes until stopped. */
export async function startSpeedLayer(config: SpeedLayerConfig, context: ServiceContext): Promise<Service> {
  const log = await openLog(config, { logger: context.logger, clientId: 'speed-layer' })
  const store = await openViews(config, { logger: context.logger })
  return runSpeedLayer(log, store, config, context)
}

/** How often it is looked whether the views still hold what was applied. */
const lifeCheckMs = 1000

export type SpeedLayerSettings = Pick<
  SpeedLayerConfig,
  'KAFKA_TOPIC' | 'DAY_TIME_ZONE' | 'GLUCOSE_THRESHOLDS' | 'HEART_RATE_THRESHOLDS'
>

/** Consumes `log` into `store`; closes both in the end. */
export async function runSpeedLayer(
  log: EventLog,
  store: ViewStore,
  config: SpeedLayerSettings,
  context: ServiceContext,
): Promise<Service> {
  const { KAFKA_TOPIC: topic, DAY_TIME_ZONE: dayTimeZone } = config
  const clinical = { glucoseMgdl: config.GLUCOSE_THRESHOLDS, heartRateBpm: config.HEART_RATE_THRESHOLDS }
  const applier = createBatchApplier({
    store,
    topic,
    rules: { clinical, dayOf: createDayOf(dayTimeZone), dayTimeZone },
    bury: (letters) => log.append(deadLetterTopic(topic), letters),
    now: context.now,
    onApplied,
  })
  const metrics = createSpeedMetrics(context.metrics)
  const misconfigured = Promise.withResolvers<never>()
  const prepare = createPreparation(store, dayTimeZone, context)

  const consumer = createConsumer({ log, topic, applier, metrics, prepare, context, restart })
  const subscription = await log.subscribe(topic, 'speed-layer', {
    ...consumer,
    startAt: (partition) => consumer.startAt(partition).catch(tellMisconfiguration),
  })
  const lifeCheck = setInterval(restartStrays, lifeCheckMs).unref()
  /** Views may be emptied, or go back, while no record comes that would run into it. */
  async function restartStrays(): Promise<void> {
    const strays = (await applier.strays().catch(noneInAnOutage)) ?? []
    for (const partition of strays) restart(partition)
  }
  function restart(partition: number): void {
    subscription.restart(partition)
  }
  function onApplied(applied: Applied): void {
    metrics.applied(applied, context.now())
    subscription.commit(applied.partition, applied.position)
  }
  function tellMisconfiguration(error: unknown): never {
    if (error instanceof ConfigError) misconfigured.reject(error)
    throw error
  }

  return {
    waitingFor: () => store.waitingFor() ?? subscription.waitingFor(),
    failed: Promise.race([subscription.failed, misconfigured.promise]).catch(sayHowToMend),
    async stop() {
      clearInterval(lifeCheck)
      await subscription.stop()
      await Promise.all([log.close(), store.close()])
    },
  }
}

function noneInAnOutage(error: unknown): undefined {
  if (!(error instanceof ViewsUnavailable)) throw error
}

/** What was not written is applied again by whoever goes on. */
function leaveToTheLog(error: unknown): void {
  if (!(error instanceof ViewsUnavailable || error instanceof LogUnavailable)) throw error
}

function sayHowToMend(error: unknown): never {
  if (!(error instanceof LogRecreated)) throw error
  throw new ConfigError(
    `${error.message}\nThe views belong to the log that was there before. Empty them, and they are rebuilt from this one: pnpm run init`,
    { cause: error },
  )
}

interface ConsumerOptions {
  log: EventLog
  topic: string
  applier: BatchApplier
  metrics: SpeedMetrics
  prepare(): Promise<void>
  context: ServiceContext
  restart(partition: number): void
}

function createConsumer({ log, topic, applier, metrics, prepare, context, restart }: ConsumerOptions) {
  return {
    async startAt(partition) {
      await prepare()
      const start = await applier.open(partition)
      if (start === null) {
        // Written down even while there is no record: the batch layer covers the lake up to the positions.
        const low = (await log.ranges(topic)).find((range) => range.partition === partition)?.low ?? 0
        await applier.skipTo(partition, low)
        return low
      }
      await checkPosition(log, topic, partition, start)
      return start.position
    },

    async onBatch(batch) {
      if (!(await applier.apply(batch))) restart(batch.partition)
    },

    async onRevoked(partition) {
      applier.forget(partition)
    },

    onStopped: () => applier.finish().catch(leaveToTheLog),

    async onGap({ partition, position, low }) {
      const lost = await applier.skipTo(partition, low)
      metrics.lost(lost)
      context.logger.error(
        { partition, position, low, lost },
        'The log deleted records before they were applied. The days they belong to are complete again after the next batch run.',
      )
    },
  } satisfies Consumer
}

/** Views that count the days of another time zone are emptied, once; the log and the next batch run fill them again. */
function createPreparation(store: ViewStore, dayTimeZone: string, { logger }: ServiceContext): () => Promise<void> {
  let prepared = false
  return async () => {
    if (prepared) return
    const origin = await readOrigin(store)
    if (origin !== null && origin.dayTimeZone !== dayTimeZone) {
      logger.warn(
        { from: origin.dayTimeZone, to: dayTimeZone },
        'DAY_TIME_ZONE has changed: the views are rebuilt from the log. Older days return with the next batch run.',
      )
      await store.clear()
    }
    prepared = true
  }
}
