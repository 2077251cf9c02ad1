// Watches the pipeline: asks log and views once a second how far everybody is, and makes the row that people see.
import { batchRunRow, type PipelineRow } from '@health/api'
import { maxAlertAgeMs } from '@health/domain'
import type { EventLog } from '@health/log'
import { readBatchView, readPartitions, type ViewStore } from '@health/views'
import type { Applied, BatchRunTold } from '../current/follow-views.ts'
import { createLatencies } from './latencies.ts'
import { createPipelineRows, type PipelineFacts } from './pipeline-row.ts'
import { startPoll } from './poll.ts'

export interface PipelineOptions {
  log: EventLog
  store: ViewStore
  topic: string
  partitions: number
  archiveRollSeconds: number
  /** Connected browsers. */
  clients(): number
  /** Called once a second, whatever is away. */
  onRow(row: PipelineRow): void
  /** Epoch ms. */
  now(): number
}

export interface WatchedPipeline {
  row(): PipelineRow
  /** Takes what the speed layer has written: how long sensors and it took. */
  applied(change: Applied): void
  /** Takes how the batch run goes, and tells it at once. */
  batchRun(change: BatchRunTold): void
  /** Takes that a reading received at `receivedAt` (epoch ms) was told to a browser. */
  told(receivedAt: number): void
  stop(): Promise<void>
}

const archiverGroup = 'csv-archiver'
const rowEveryMs = 1_000

export function watchPipeline(options: PipelineOptions): WatchedPipeline {
  const { log, store, topic, partitions, now } = options
  const logPoll = startPoll(async () => {
    const [ranges, archived] = await Promise.all([log.ranges(topic), log.committed(topic, archiverGroup)])
    return { ranges, archived }
  }, now)
  const viewsPoll = startPoll(async () => {
    const [states, batch] = await Promise.all([readPartitions(store, partitions), readBatchView(store)])
    return { states, batch }
  }, now)
  const latencies = { sensors: createLatencies(), log: createLatencies(), browser: createLatencies() }
  let told = 0
  const rowOf = createPipelineRows(options.archiveRollSeconds)

  const facts = (): PipelineFacts => {
    const { ranges = [], archived = new Map() } = logPoll.latest() ?? {}
    const { states = [], batch = null } = viewsPoll.latest() ?? {}
    const at = now()
    const logTrouble = logPoll.trouble()
    const viewsTrouble = store.waitingFor() ?? viewsPoll.trouble()
    return {
      now: at,
      ranges,
      archived,
      states,
      batch,
      latencies: {
        sensors: latencies.sensors.percentiles(at),
        log: latencies.log.percentiles(at),
        browser: latencies.browser.percentiles(at),
      },
      clients: options.clients(),
      told,
      outages: {
        ...(logTrouble === null ? {} : { log: logTrouble }),
        ...(viewsTrouble === null ? {} : { views: viewsTrouble }),
      },
    }
  }
  let row = rowOf(facts())
  const tell = (next: PipelineRow) => {
    row = next
    options.onRow(row)
  }
  const ticker = setInterval(() => tell(rowOf(facts())), rowEveryMs)

  return {
    row: () => row,
    applied({ at, readings }) {
      for (const [, { measuredAt, receivedAt }] of readings) {
        latencies.log.add(at, at - receivedAt)
        // History that an uploader sends says nothing of how long a reading takes now.
        if (receivedAt - measuredAt <= maxAlertAgeMs) latencies.sensors.add(at, receivedAt - measuredAt)
      }
    },
    batchRun: ({ run }) => tell({ ...row, batch: batchRunRow(run) }),
    told(receivedAt) {
      const at = now()
      told++
      latencies.browser.add(at, at - receivedAt)
    },
    async stop() {
      clearInterval(ticker)
      await Promise.all([logPoll.stop(), viewsPoll.stop()])
    },
  }
}
