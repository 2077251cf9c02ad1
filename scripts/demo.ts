// `pnpm demo`: the whole system in one process, on the embedded log and views unless Kafka and Redis are set.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { startBatchAggregator } from '@health/batch-aggregator'
import { settings as batchSettings } from '@health/batch-aggregator/config'
import { startCsvArchiver } from '@health/csv-archiver'
import { settings as archiverSettings } from '@health/csv-archiver/config'
import { startDashboardServer } from '@health/dashboard-server'
import { settings as dashboardSettings } from '@health/dashboard-server/config'
import { startKafkaBridge } from '@health/kafka-bridge'
import { settings as bridgeSettings } from '@health/kafka-bridge/config'
import {
  ConfigError,
  createLogger,
  createServiceGroup,
  describeConfig,
  exitOnSignals,
  exitWith,
  readConfig,
  tryProcessLock,
} from '@health/runtime'
import { answerHelp } from '@health/runtime/help'
import { startSensorSimulator } from '@health/sensor-simulator'
import { settings as simulatorSettings } from '@health/sensor-simulator/config'
import { startSpeedLayer } from '@health/speed-layer'
import { settings as speedSettings } from '@health/speed-layer/config'
import { z } from 'zod'
import { watchLaunchers } from './launchers.ts'

/** What the demo sets otherwise than the services: a first look must not wait a minute for the archive. */
const demoDefaults = { ARCHIVE_ROLL_SECONDS: '10' }

const settings = z.object({
  ...bridgeSettings.shape,
  ...speedSettings.shape,
  ...archiverSettings.shape,
  ...batchSettings.shape,
  ...dashboardSettings.shape,
  ...simulatorSettings.shape,
})

const help = `Usage: pnpm demo

Runs every service in one process, with simulated patients, and prints the dashboard's address. Ctrl-C stops it.
It takes settings from the environment, like these:

  DASHBOARD_PORT=3001  another port for the dashboard; 0 takes any that is free, for INGEST_PORT and MQTT_PORT too
  DATA_DIR=./data/two  another folder for the log, the views and the lake
  SIM_PATIENTS=0       no simulated patients

docs/settings.md describes all settings.`

answerHelp(process.argv.slice(2), help)
try {
  await runDemo()
} catch (error) {
  exitWith(error)
}

async function runDemo(): Promise<void> {
  // An empty variable counts as unset here too.
  const given = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value?.trim()))
  const config = readConfig(settings, { ...demoDefaults, ...given })
  const logger = createLogger(config.LOG_LEVEL)
  logger.info({ config: describeConfig(config) }, 'Starting.')
  takeDataDir(config.DATA_DIR)

  const group = createServiceGroup(logger)
  const stop = exitOnSignals(group, logger)
  await watchLaunchers(() => stop('the package manager that started it has ended'))
  const bridge = await group.start('kafka-bridge', (context) => startKafkaBridge(config, context))
  await group.start('speed-layer', (context) => startSpeedLayer(config, context))
  await group.start('csv-archiver', (context) => startCsvArchiver(config, context))
  await group.start('batch-aggregator', (context) => startBatchAggregator(config, context))
  const { port } = await group.start('dashboard-server', (context) => startDashboardServer(config, context, group))
  // Port 0 takes any that is free: the sensors must find the one that was taken.
  const simulator = { ...config, MQTT_PORT: bridge.mqttPort }
  await group.start('sensor-simulator', (context) => startSensorSimulator(simulator, context))

  process.stdout.write(`\n  Dashboard  http://localhost:${port}\n`)
  process.stdout.write(
    `  Readings   POST http://localhost:${bridge.ingestPort}/readings, MQTT port ${bridge.mqttPort}\n`,
  )
  process.stdout.write(`  Batch      npx -y pnpm@12 run batch, in another terminal. Ctrl-C stops.\n\n`)
}

/** One demo per folder: its log has one member per consumer group. */
function takeDataDir(folder: string): void {
  mkdirSync(folder, { recursive: true })
  const release = tryProcessLock(join(folder, 'demo.lock'))
  if (release !== null) {
    process.once('exit', release)
    return
  }
  throw new ConfigError(
    `Another demo runs on DATA_DIR ${folder}. Stop it, or give this one a folder and ports of its own, like DATA_DIR=./data/demo-2 DASHBOARD_PORT=0 INGEST_PORT=0 MQTT_PORT=0.`,
  )
}
