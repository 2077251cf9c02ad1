// `pnpm run init`: empties the views, makes folders and topics. The lake stays, unless --lake sets it aside.
import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { parseArgs } from 'node:util'
import { lakeDirOf, lakeSettings } from '@health/lake'
import { deadLetterTopic, type EventLog, LogUnavailable, logSettings, openLog } from '@health/log'
import { ConfigError, createLogger, exitWith, type Logger, readConfig } from '@health/runtime'
import { answerHelp } from '@health/runtime/help'
import { openViews, ViewsUnavailable, viewsSettings } from '@health/views'
import { z } from 'zod'
import { resolveTarget, sayTarget } from './target.ts'

const usage = 'Usage: pnpm run init [--lake [--yes]] [--system compose|demo]'
const help = `${usage}

Empties the views and makes the folders and topics that are missing. The views fill again from the log; older days come
back with the next batch run. The lake is not touched unless --lake is given.

  --lake         moves what the lake holds to a folder beside it; asks first
  --yes          with --lake: does not ask
  --system NAME  compose or demo; unset: the compose stack if it is up, else the demo
  --help         prints this`
const settings = z.object({ ...logSettings, ...viewsSettings, ...lakeSettings })
type InitConfig = z.output<typeof settings>

/** How long Kafka and Redis may take to answer. */
const patienceMs = 30_000

answerHelp(process.argv.slice(2), help)
try {
  const { lake, yes, system } = readArguments(process.argv.slice(2))
  const target = await resolveTarget(process.env, { system })
  say(sayTarget(target))
  await initialise(readConfig(settings, target.env), { withLake: lake, agreed: yes })
} catch (error) {
  exitWith(error)
}

function readArguments(args: string[]): { lake: boolean; yes: boolean; system: 'compose' | 'demo' | undefined } {
  try {
    const { values } = parseArgs({
      // pnpm hands on the `--` that separates its own options.
      args: args.filter((arg) => arg !== '--'),
      options: { lake: { type: 'boolean' }, yes: { type: 'boolean' }, system: { type: 'string' } },
    })
    const { lake = false, yes = false, system } = values
    if (system === undefined || system === 'compose' || system === 'demo') return { lake, yes, system }
    throw new Error(`--system is ${system}, but must be compose or demo.`)
  } catch (error) {
    throw new ConfigError(`${(error as Error).message}\n${usage}`, { cause: error })
  }
}

async function initialise(config: InitConfig, options: { withLake: boolean; agreed: boolean }): Promise<void> {
  const lakeDir = resolve(lakeDirOf(config))
  const logger = createLogger('silent')
  mkdirSync(lakeDir, { recursive: true })
  const log = await openLog(config, { logger, clientId: 'init' })
  try {
    await makeTopics(config, log)
    if (options.withLake && !(await setAside(lakeDir, config, log, options.agreed))) return say('Nothing was changed.')
  } finally {
    await log.close()
  }
  await emptyViews(config, logger)
  say('The system is ready. The views fill again from the log, older days with the next batch run.')
}

/** Moves away what the lake holds; `false` when the person does not agree. Nothing is deleted. */
async function setAside(lakeDir: string, config: InitConfig, log: EventLog, agreed: boolean): Promise<boolean> {
  await refuseRunningArchiver(config, log)
  const raw = join(lakeDir, 'raw')
  if (!existsSync(raw)) return true
  const aside = `${raw}.${new Date().toISOString().replace(/\D/g, '').slice(0, 14)}`
  if (!agreed && !(await ask(`Move what the lake holds to ${aside}? [y/N] `))) return false
  // The folder itself stays: it may be mounted, and its owner is the one who may write there.
  renameSync(raw, aside)
  say(`What the lake held was moved to ${aside}.`)
  return true
}

/** An archiver that goes on would leave out of the new lake what it has put into the old one. */
async function refuseRunningArchiver({ KAFKA_TOPIC, KAFKA_BROKERS }: InitConfig, log: EventLog): Promise<void> {
  if (!(await log.hasMembers(KAFKA_TOPIC, 'csv-archiver'))) return
  const stop = KAFKA_BROKERS === undefined ? 'the demo (Ctrl-C)' : 'it (docker compose stop csv-archiver)'
  throw new ConfigError(`The csv-archiver is running. Stop ${stop}, wait ten seconds, and run this again.`)
}

async function ask(question: string): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new ConfigError('Nobody is there to be asked. Say --lake --yes to set the lake aside.')
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await terminal.question(question)
  terminal.close()
  return /^y(es)?$/i.test(answer.trim())
}

async function makeTopics(config: InitConfig, log: EventLog): Promise<void> {
  const where = config.KAFKA_BROKERS?.join(', ') ?? `the embedded log in ${config.DATA_DIR}`
  const topics = [config.KAFKA_TOPIC, deadLetterTopic(config.KAFKA_TOPIC)]
  for (const topic of topics) await patiently(() => log.ranges(topic), LogUnavailable, where)
  say(`Topics ${topics.join(' and ')}, ${config.KAFKA_PARTITIONS} partitions each, are there (${where}).`)
}

async function emptyViews(config: InitConfig, logger: Logger): Promise<void> {
  const views = await openViews(config, { logger })
  const where = config.REDIS_URL === undefined ? `the embedded views in ${config.DATA_DIR}` : 'Redis'
  try {
    await patiently(() => views.clear(), ViewsUnavailable, where)
    say(`The views are empty (${where}).`)
  } finally {
    await views.close()
  }
}

/** Tries until `where` answers; a person waits for it. */
async function patiently(
  work: () => Promise<unknown>,
  outage: typeof LogUnavailable | typeof ViewsUnavailable,
  where: string,
): Promise<void> {
  const deadline = Date.now() + patienceMs
  for (;;) {
    try {
      await work()
      return
    } catch (error) {
      if (!(error instanceof outage)) throw error
      if (Date.now() > deadline) {
        throw new ConfigError(`${where} does not answer: ${error.message}\nIs it up? docker compose up -d --wait`, {
          cause: error,
        })
      }
      await new Promise((retry) => setTimeout(retry, 500))
    }
  }
}

function say(sentence: string): void {
  process.stderr.write(`${sentence}\n`)
}
