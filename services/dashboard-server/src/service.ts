// dashboard-server: answers with what batch view and real-time views hold together, and tells browsers as it changes.
import type { ClinicalRules } from '@health/domain'
import { type EventLog, openLog } from '@health/log'
import { createGate, Gauge, type Health, listen, type Service, type ServiceContext } from '@health/runtime'
import { openViews, type ViewStore } from '@health/views'
import { createHttpServer } from './app.ts'
import { createAdmission } from './auth/admission.ts'
import { createHostCheck } from './auth/host-check.ts'
import { createSockets } from './broadcast/sockets.ts'
import { createDailyTeller } from './broadcast/tell-daily.ts'
import { type DashboardServerConfig, staleSecondsOf } from './config.ts'
import { createAlerts } from './current/alerts.ts'
import { followViews } from './current/follow-views.ts'
import { createPatients } from './current/patients.ts'
import { bundlePage } from './page.ts'
import { watchPipeline } from './pipeline/watch-pipeline.ts'

export interface DashboardServer extends Service {
  /** The port taken. */
  port: number
}

/** Opens log and views and serves, `health` on the same port. Neither log nor views need to be there yet. */
export async function startDashboardServer(
  config: DashboardServerConfig,
  context: ServiceContext,
  health: Health,
): Promise<DashboardServer> {
  const log = await openLog(config, { logger: context.logger, clientId: 'dashboard-server' })
  try {
    const store = await openViews(config, { logger: context.logger })
    return await serveDashboard(log, store, config, context, health).catch(async (error) => {
      await store.close()
      throw error
    })
  } catch (error) {
    await log.close()
    throw error
  }
}

export type DashboardSettings = Pick<
  DashboardServerConfig,
  | 'ALLOWED_HOSTS'
  | 'API_TOKENS'
  | 'API_TOKENS_FILE'
  | 'ARCHIVE_ROLL_SECONDS'
  | 'DASHBOARD_PORT'
  | 'DAY_TIME_ZONE'
  | 'GLUCOSE_THRESHOLDS'
  | 'HEART_RATE_THRESHOLDS'
  | 'HOST'
  | 'KAFKA_PARTITIONS'
  | 'KAFKA_TOPIC'
  | 'PUBLISH_HOST'
  | 'SIM_PATIENTS'
  | 'STALE_SECONDS'
>

/** Serves what `store` and `log` hold; closes both in the end. */
export async function serveDashboard(
  log: EventLog,
  store: ViewStore,
  config: DashboardSettings,
  { logger, metrics, now }: ServiceContext,
  health: Health,
): Promise<DashboardServer> {
  const { KAFKA_PARTITIONS: partitions } = config
  const staleSeconds = staleSecondsOf(config)
  const rules: ClinicalRules = { glucoseMgdl: config.GLUCOSE_THRESHOLDS, heartRateBpm: config.HEART_RATE_THRESHOLDS }
  const patients = createPatients({ clinical: rules, staleSeconds })
  const alerts = createAlerts()
  const hostCheck = createHostCheck(config.ALLOWED_HOSTS)
  const gate = createGate(config, { logger, now })
  const page = await bundlePage()

  const http = createHttpServer({
    hostCheck,
    gate,
    page,
    health,
    logger,
    served: {
      store,
      partitions,
      rules,
      patients,
      now,
      alerts,
      log,
      topic: config.KAFKA_TOPIC,
      pipeline: () => pipeline.row(),
      waitingFor: () => views.waitingFor(),
    },
  })
  const sockets = createSockets(http, {
    admission: createAdmission(hostCheck, gate),
    rules,
    now,
    snapshot: () => ({
      patients: patients.rows(now()),
      alerts: alerts.rows(),
      pipeline: pipeline.row(),
      settings: {
        stale_seconds: staleSeconds,
        day_time_zone: config.DAY_TIME_ZONE,
        rules,
        open_to_network: gate.openToNetwork,
      },
    }),
    rowsOf: (patientIds) => patients.rowsOf(patientIds, now()),
    onTold: (receivedAt) => pipeline.told(receivedAt),
  })
  const pipeline = watchPipeline({
    log,
    store,
    partitions,
    now,
    topic: config.KAFKA_TOPIC,
    archiveRollSeconds: config.ARCHIVE_ROLL_SECONDS,
    clients: sockets.clients,
    onRow: sockets.pipeline,
  })
  const daily = createDailyTeller({ store, partitions, now, isWatched: sockets.isWatched, tell: sockets.daily })
  const views = await followViews(store, {
    patients,
    alerts,
    partitions,
    onFresh: sockets.fresh,
    onApplied(change, changedAlerts) {
      sockets.applied(change, changedAlerts)
      pipeline.applied(change)
      daily.changed(Object.keys(change.patients))
    },
    onBatchRun(change) {
      pipeline.batchRun(change)
      if (change.published) daily.published(patients.ids())
    },
  })
  countBrowsers(metrics, sockets.clients)
  const { HOST: host, DASHBOARD_PORT } = config
  const port = await listen(http, { host, port: DASHBOARD_PORT, variable: 'DASHBOARD_PORT' })
  logger.info({ page: `http://${host}:${port}/` }, 'Serving the dashboard.')

  return {
    port,
    waitingFor: views.waitingFor,
    failed: Promise.race([views.failed, daily.failed]),
    async stop() {
      daily.stop()
      await Promise.all([views.stop(), pipeline.stop(), sockets.close()])
      await Promise.all([log.close(), store.close()])
    },
  }
}

function countBrowsers(registry: ServiceContext['metrics'], clients: () => number): void {
  new Gauge({
    name: 'dashboard_browsers',
    help: 'Browsers that are connected.',
    registers: [registry],
    collect() {
      this.set(clients())
    },
  })
}
