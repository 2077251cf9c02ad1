// The batch run as a command: reads its arguments, runs once, prints the table or JSON, says how it ends.
import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { LakeEmpty, scanLake } from '@health/lake/scan'
import { ConfigError, createLogger, exitWith, readConfig } from '@health/runtime'
import { answerHelp } from '@health/runtime/help'
import { openViews, readBatchRows, type VersionRow, ViewsUnavailable } from '@health/views'
import { z } from 'zod'
import { emptyLake, unreadableLake, viewsEmptied } from './batch-failed.ts'
import { type BatchResult, withAllPatients } from './batch-result.ts'
import { settings } from './config.ts'
import { formatJson, formatTable } from './print.ts'
import { createProgressLine } from './progress-line.ts'
import { runBatch } from './run.ts'
import { batchOptions, isExpected } from './service.ts'

type Environment = Readonly<Record<string, string | undefined>>

export interface BatchArguments {
  json: boolean
  full: boolean
  from: string
  to: string
  /** The folder of a lake to compute and print only. */
  lake: string | undefined
  system: 'compose' | 'demo' | undefined
}

const date = z.iso.date('must be a date like 2026-11-24')
const argumentSchema = z.object({
  json: z.boolean().default(false),
  full: z.boolean().default(false),
  from: date.default('0000-01-01'),
  to: date.default('9999-12-31'),
  lake: z.string().min(1, 'must be a folder').optional(),
  system: z.enum(['compose', 'demo'], 'must be compose or demo').optional(),
})

const usage = 'Usage: pnpm run batch [--json] [--full] [--from DATE] [--to DATE] [--lake DIR] [--system compose|demo]'

export const help = `${usage}

Computes daily statistics from the lake, publishes them as the batch view and prints them as a table.

  --json         prints one JSON object and nothing else (with pnpm -s)
  --full         computes every day again, not only the days that changed since the last run
  --from, --to   the first and the last day to print, like 2026-11-24; what is computed stays the same
  --lake DIR     computes and prints the days of another lake, and publishes nothing
  --system NAME  compose or demo; unset: the compose stack if it is up, else the demo
  --help         prints this`

/** The arguments of `pnpm run batch`. Throws a `ConfigError` that says which one is wrong. */
export function readArguments(args: readonly string[]): BatchArguments {
  try {
    const { values } = parseArgs({
      // pnpm hands on the `--` that separates its own options.
      args: args.filter((arg) => arg !== '--'),
      options: {
        json: { type: 'boolean' },
        full: { type: 'boolean' },
        from: { type: 'string' },
        to: { type: 'string' },
        lake: { type: 'string' },
        system: { type: 'string' },
      },
    })
    const parsed = argumentSchema.safeParse(values)
    if (parsed.success && parsed.data.from > parsed.data.to) throw new Error('--from must not be after --to.')
    if (parsed.success) return { lake: undefined, system: undefined, ...parsed.data }
    const [issue] = parsed.error.issues
    throw new Error(`--${issue?.path.join()} ${issue?.message}.`)
  } catch (error) {
    throw new ConfigError(`${(error as Error).message}\n${usage}`, { cause: error })
  }
}

/**
 * Runs once on the system that `env` names, prints the result on standard output and how it gets on on standard error.
 * Ends the process with 1 when the run fails.
 */
export async function runCommand(args: readonly string[], env: Environment): Promise<void> {
  answerHelp(args, help)
  const progress = createProgressLine(process.stderr)
  try {
    const wanted = readArguments(args)
    const [result, rows] =
      wanted.lake === undefined
        ? await runOnSystem(wanted, env, progress.show)
        : await readOnly(wanted.lake, wanted, env, progress.show)
    progress.clear()
    process.stdout.write((wanted.json ? formatJson : formatTable)(result, rows))
  } catch (error) {
    progress.clear()
    exitWith(isExpected(error) ? new ConfigError(inWordsOf(error), { cause: error }) : error)
  }
}

const inWordsOf = (error: Error): string =>
  error instanceof ViewsUnavailable
    ? `${error.message}\nIs the system running? Start it with \`pnpm demo\` or \`docker compose up\`, then run this again.`
    : error.message

/** What a run came to, and the rows to print: those that it computed, and those that have not changed since. */
type Run = [result: BatchResult, rows: VersionRow[]]

async function runOnSystem(
  { full, ...dates }: BatchArguments,
  env: Environment,
  onProgress: (message: string) => void,
): Promise<Run> {
  const config = readConfig(settings, env)
  const views = await openViews(config, { logger: createLogger('silent') })
  const interrupted = new AbortController()
  const interrupt = () => interrupted.abort(new ConfigError('The batch run was interrupted.'))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, interrupt)
  try {
    const options = { views, ...batchOptions(config), full, now: Date.now, onProgress, signal: interrupted.signal }
    const result = await runBatch(options)
    const { view, rows } = await readBatchRows(views, dates)
    if (view.version === 0) throw viewsEmptied()
    return [{ ...result, ...view }, rows]
  } finally {
    await views.close()
  }
}

/** Computes the days of any lake; needs and changes nothing else. */
async function readOnly(
  lakeDir: string,
  { from, to }: BatchArguments,
  env: Environment,
  onProgress: (message: string) => void,
): Promise<Run> {
  const startedAt = Date.now()
  const { topic, timeZone } = batchOptions(readConfig(settings, env))
  onProgress('reading the lake')
  try {
    const { days, ...scan } = await scanLake(lakeDir, {
      topic,
      watermark: null,
      timeZone,
      onProgress: ({ share }) => onProgress(`reading the lake: ${Math.round(100 * share)} %`),
    })
    const computedAt = Date.now()
    const rows = withAllPatients(days)
    const completeTo = Math.max(...scan.lastReceived.values())
    const result = { ...scan, rows, computedAt, completeTo, tookMs: computedAt - startedAt }
    return [result, rows.filter(({ date }) => date >= from && date <= to)]
  } catch (error) {
    if (!existsSync(lakeDir)) throw new ConfigError(`There is no folder ${lakeDir}. --lake names the folder of a lake.`)
    if (error instanceof LakeEmpty) throw emptyLake(error.message, error)
    throw unreadableLake(lakeDir, error)
  }
}
