// `pnpm run dead-letters`: lists what was dropped and why, shows one, and sends chosen ones again after a fix.
import { parseArgs } from 'node:util'
import { type DeadLetter, type EventLog, logSettings, openLog, readDeadLetters, replayOf } from '@health/log'
import { ConfigError, createLogger, exitWith, readConfig } from '@health/runtime'
import { answerHelp } from '@health/runtime/help'
import { z } from 'zod'
import { resolveTarget, sayTarget } from './target.ts'

const usage = `Usage: pnpm run dead-letters [list] [--reason REASON] [--limit N] [--json]
       pnpm run dead-letters show ID
       pnpm run dead-letters replay ID… | --reason REASON
An ID is a partition and an offset of the topic, like 3:1205. --system compose|demo chooses the system.`
const help = `${usage}

Lists the records that were dropped, with the reason of each.

  show ID          prints one dead letter whole, as JSON
  replay ID…       sends the original records again, after a fix
  --reason REASON  only dead letters with this reason
  --limit N        lists only the newest N; unset: 50
  --json           lists as JSON
  --help           prints this`

const argumentSchema = z.object({
  command: z.enum(['list', 'show', 'replay'], 'must be list, show or replay'),
  ids: z.array(z.string().regex(/^\d+:\d+$/, 'must be a partition and an offset, like 3:1205')),
  reason: z.string().optional(),
  limit: z
    .string()
    .regex(/^[1-9]\d*$/, 'must be a whole number, 1 or more')
    .default('50')
    .transform(Number),
  json: z.boolean().default(false),
  system: z.enum(['compose', 'demo'], 'must be compose or demo').optional(),
})
type Arguments = z.output<typeof argumentSchema>

const maxPreview = 80

answerHelp(process.argv.slice(2), help)
try {
  const wanted = readArguments(process.argv.slice(2))
  const target = await resolveTarget(process.env, { system: wanted.system })
  process.stderr.write(`${sayTarget(target)}\n`)
  const config = readConfig(z.object(logSettings), target.env)
  const log = await openLog(config, { logger: createLogger('silent'), clientId: 'dead-letters' })
  try {
    await run(wanted, log, config.KAFKA_TOPIC)
  } finally {
    await log.close()
  }
} catch (error) {
  exitWith(error)
}

function readArguments(args: string[]): Arguments {
  try {
    const { values, positionals } = parseArgs({
      // pnpm hands on the `--` that separates its own options.
      args: args.filter((arg) => arg !== '--'),
      allowPositionals: true,
      options: {
        reason: { type: 'string' },
        limit: { type: 'string' },
        json: { type: 'boolean' },
        system: { type: 'string' },
      },
    })
    const [command = 'list', ...ids] = positionals
    const parsed = argumentSchema.safeParse({ ...values, command, ids })
    if (!parsed.success) throw new Error(z.prettifyError(parsed.error))
    const { data } = parsed
    if (data.command === 'show' && data.ids.length !== 1) throw new Error('show takes one ID.')
    if (data.command === 'replay' && data.ids.length === 0 && data.reason === undefined) {
      throw new Error('replay takes IDs, or --reason.')
    }
    return data
  } catch (error) {
    throw new ConfigError(`${(error as Error).message}\n${usage}`, { cause: error })
  }
}

async function run(wanted: Arguments, log: EventLog, topic: string): Promise<void> {
  const letters = await choose(wanted, log, topic)
  if (wanted.command === 'list') return list(letters, wanted)
  if (wanted.command === 'show') return show(letters[0])
  return replay(letters, log, topic)
}

/** The letters that the arguments name, oldest first; one that is not there is an error. */
async function choose({ ids, reason }: Arguments, log: EventLog, topic: string): Promise<DeadLetter[]> {
  const chosen: DeadLetter[] = []
  for await (const letter of readDeadLetters(log, topic)) {
    if (ids.length > 0 && !ids.includes(letter.id)) continue
    if (reason !== undefined && !letter.reasons.includes(reason)) continue
    chosen.push(letter)
  }
  const missing = ids.filter((id) => !chosen.some((letter) => letter.id === id))
  if (missing.length > 0)
    throw new ConfigError(`There is no dead letter ${missing.join(', ')}. See: pnpm run dead-letters`)
  return chosen.sort((a, b) => (a.receivedAt < b.receivedAt ? -1 : 1))
}

function list(letters: readonly DeadLetter[], { limit, json }: Arguments): void {
  const newest = letters.slice(-limit)
  if (json) return void process.stdout.write(`${JSON.stringify(newest.map(inJson))}\n`)
  if (letters.length === 0) return void process.stdout.write('There are no dead letters.\n')
  const counts = new Map<string, number>()
  for (const { reasons } of letters) for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  for (const { id, receivedAt, reasons, value } of newest) {
    process.stdout.write(`${id.padEnd(12)} ${receivedAt}  ${reasons.join(', ').padEnd(24)} ${preview(value)}\n`)
  }
  const byReason = [...counts].sort(([, a], [, b]) => b - a).map(([reason, n]) => `${reason} ${n}`)
  const cut = newest.length < letters.length ? `, the newest ${newest.length} of which are listed (--limit)` : ''
  process.stdout.write(`\n${letters.length} dead letters${cut}: ${byReason.join(', ')}\n`)
}

function show(letter: DeadLetter | undefined): void {
  if (letter !== undefined) process.stdout.write(`${JSON.stringify(inJson(letter), null, 2)}\n`)
}

async function replay(letters: readonly DeadLetter[], log: EventLog, topic: string): Promise<void> {
  const whole = letters.filter(({ omittedBytes }) => omittedBytes === 0)
  await log.append(topic, whole.map(replayOf))
  process.stdout.write(
    `${whole.length} records were sent again. What is still no measurement comes back as a dead letter.\n`,
  )
  const left = letters.length - whole.length
  if (left > 0)
    process.stdout.write(
      `${left} were left: their bytes are in the lake only, at the partition and offset of their ID.\n`,
    )
}

/** The beginning of the bytes on one line: what a terminal could take for a command is shown as an escape. */
function preview(value: Uint8Array): string {
  const text = JSON.stringify(Buffer.from(value.subarray(0, 2 * maxPreview)).toString())
    .slice(1, -1)
    .replaceAll('\\"', '"')
    .replace(
      /[\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
      (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
    )
  return text.length > maxPreview ? `${text.slice(0, maxPreview)}…` : text
}

/** Bytes that are no UTF-8 come as base64. */
function inJson({ value, omittedBytes, ...letter }: DeadLetter): object {
  const text = Buffer.from(value).toString()
  const content = Buffer.from(text).equals(value) ? { text } : { base64: Buffer.from(value).toString('base64') }
  return { ...letter, ...content, ...(omittedBytes > 0 && { omitted_bytes: omittedBytes }) }
}
