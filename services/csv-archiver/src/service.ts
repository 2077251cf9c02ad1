// csv-archiver: keeps every record of the log for ever, in the lake, each exactly once.
import { beginLakeFile, type FileSystem, fileSystem, lakeDirOf, listLake, type NewLakeFile } from '@health/lake'
import { type Consumer, type EventLog, LogRecreated, openLog, type Subscription } from '@health/log'
import { ConfigError, type Logger, type Service, type ServiceContext } from '@health/runtime'
import { type Change, decodeChange, openViews, type ViewStore } from '@health/views'
import { createArchiveMetrics } from './archive-metrics.ts'
import type { CsvArchiverConfig } from './config.ts'
import { createPartitionArchive, type PartitionArchive } from './partition-archive.ts'
import { findPosition } from './position.ts'

/** The consumer group; its commits tell what is archived, on which the embedded log's retention relies. */
const group = 'csv-archiver'

/** Opens log and views, and archives. */
export async function startCsvArchiver(config: CsvArchiverConfig, context: ServiceContext): Promise<Service> {
  const { logger } = context
  const views = await openViews(config, { logger })
  try {
    const log = await openLog(config, { logger, clientId: 'csv-archiver' })
    return await archive(log, views, config, context)
  } catch (error) {
    await views.close()
    throw error
  }
}

export type ArchiveSettings = Pick<
  CsvArchiverConfig,
  'ARCHIVE_ROLL_ROWS' | 'ARCHIVE_ROLL_SECONDS' | 'DATA_DIR' | 'KAFKA_TOPIC' | 'LAKE_DIR'
>

/** Archives the topic of `log`; batch runs that wait for the lake tell so through `views`. Closes both in the end. */
export async function archive(
  log: EventLog,
  views: ViewStore,
  config: ArchiveSettings,
  { logger, metrics: registry, now }: ServiceContext,
  files: FileSystem = fileSystem,
): Promise<Service> {
  const topic = config.KAFKA_TOPIC
  const lakeDir = lakeDirOf(config)
  const metrics = createArchiveMetrics(registry)
  const subscribed = Promise.withResolvers<Subscription>()
  const failed = Promise.withResolvers<never>()
  failed.promise.catch(() => undefined)
  const archives = new Map<number, PartitionArchive>()
  let stopping = false

  function archiveOf(partition: number): PartitionArchive {
    let archive = archives.get(partition)
    if (archive === undefined) {
      archive = createArchive(partition)
      archives.set(partition, archive)
    }
    return archive
  }

  const commit = async (partition: number, offset: number) => (await subscribed.promise).commit(partition, offset)

  const createArchive = (partition: number) =>
    createPartitionArchive({
      maxRows: config.ARCHIVE_ROLL_ROWS,
      maxAgeMs: config.ARCHIVE_ROLL_SECONDS * 1000,
      findPosition: () => findPosition({ log, topic, lakeDir, files, logger }, partition),
      beginFile: (first) => beginLakeFile({ lakeDir, topic, partition, first, files }),
      onPublished(file: NewLakeFile, seconds) {
        metrics.published(file, seconds)
        commit(partition, file.nextOffset)
      },
      onFenced({ path }) {
        metrics.fenced()
        logger.warn({ path }, 'Another archiver published this file first; going on behind the lake.')
      },
      onFailure(err, inRow) {
        metrics.failed()
        if (inRow === 1)
          logger.error({ err, partition }, 'The lake cannot be written; nothing is lost, it is tried again.')
        if (!isOutage(err)) failed.reject(err)
      },
      restart: async () => (await subscribed.promise).restart(partition),
      now,
    })

  const consumer: Consumer = {
    async startAt(partition) {
      const position = await archiveOf(partition).start()
      if (position !== null) commit(partition, position)
      return position
    },
    async onBatch({ partition, records }) {
      // What is not taken now is found behind the lake's end at the next start.
      if (!stopping) await archiveOf(partition).take(records)
    },
    onRevoked: (partition) => archiveOf(partition).drop(),
    async onGap({ partition, position, low }) {
      metrics.missed(low - position)
      logger.error(
        { partition, position, low },
        'Records were deleted from the log before they were archived: the lake has a gap there.',
      )
    },
  }

  const wants = (changes: Change[]) => {
    for (const { change } of changes) {
      const decoded = decodeChange(change)
      if (decoded.kind !== 'lake-wanted') continue
      for (const [partition, offset] of Object.entries(decoded.offsets)) archiveOf(Number(partition)).want(offset)
    }
  }
  const publishAll = () => Promise.all([...archives.values()].map((archive) => archive.publish()))

  reportForeign(lakeDir, logger)
  // A wish may have been missed: then all is published.
  const watch = await views.watch(wants, publishAll)
  const subscription = await log.subscribe(topic, group, consumer)
  subscribed.resolve(subscription)
  subscription.failed.catch((error: unknown) => failed.reject(withRemedy(error, lakeDir)))

  return {
    waitingFor() {
      const trouble = [...archives.values()].map((archive) => archive.waitingFor()).find((text) => text !== null)
      return trouble === undefined ? subscription.waitingFor() : `the lake in ${lakeDir} cannot be written: ${trouble}`
    },
    failed: failed.promise,
    async stop() {
      stopping = true
      await watch.stop()
      await publishAll()
      await subscription.stop()
      await log.close()
      await views.close()
    },
  }
}

/** Whether the file system refused; anything else is a bug or a setting. */
const isOutage = (error: unknown): boolean => error instanceof Error && 'syscall' in error

/** For the operator's eyes only: it takes its time on a large lake, and archiving goes on if it fails. */
async function reportForeign(lakeDir: string, logger: Logger): Promise<void> {
  const { foreign } = await listLake(lakeDir).catch(() => ({ foreign: [] }))
  if (foreign.length > 0) logger.warn({ foreign }, 'The lake holds files that no archiver wrote; they are left alone.')
}

const withRemedy = (error: unknown, lakeDir: string): unknown =>
  error instanceof LogRecreated
    ? new ConfigError(
        `The lake in ${lakeDir} does not belong to this log. ${error.message}\n` +
          'If another log or lake is meant, set DATA_DIR or LAKE_DIR to its folder. To begin a new lake, stop this archiver ' +
          '(docker compose stop csv-archiver, or Ctrl-C) and run:\n' +
          '  pnpm run init --lake\n' +
          'It empties the views and, once you agree, moves the old lake aside; nothing of it is deleted.',
        { cause: error },
      )
    : error
