// Which system a command works on: what the environment names, else the compose stack if it is up here, else the demo.
import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseEnv, promisify } from 'node:util'

type Environment = Readonly<Record<string, string | undefined>>

export interface Target {
  /** For a person: which system this is and why. */
  name: string
  /** The environment for the command's settings. */
  env: Environment
}

export interface TargetOptions {
  /** What `--system` says; it has the last word. */
  system?: 'compose' | 'demo' | undefined
  /** The repository's root. */
  root?: string
  /** Whether the compose stack of `root` is up. */
  isComposeUp?(root: string): Promise<boolean>
}

const repository = join(import.meta.dirname, '..')

/** The system meant. Asks Docker only where neither the environment nor `--system` says. */
export async function resolveTarget(env: Environment, options: TargetOptions = {}): Promise<Target> {
  const { system, root = repository, isComposeUp = asksDocker } = options
  if (system === 'compose') return composeStack(env, root, 'the compose stack')
  if (system === 'demo') return demo(env, root, 'the demo')
  if (env['KAFKA_BROKERS'] || env['REDIS_URL']) {
    return { name: `the system at ${withoutPassword(env['REDIS_URL'] ?? env['KAFKA_BROKERS'] ?? '')}`, env }
  }
  const folder = env['DATA_DIR'] || env['LAKE_DIR']
  if (folder) return { name: `the demo in ${folder}`, env }
  if (await isComposeUp(root)) return composeStack(env, root, 'the compose stack, which is up')
  return demo(env, root, 'the demo (the compose stack is not up)')
}

/** What a command says before it begins. */
export const sayTarget = ({ name }: Target): string => `Working on ${name}.`

/** As compose itself has it: the folder's .env, and above it what the shell has set. */
function composeStack(env: Environment, root: string, name: string): Target {
  const file = join(root, '.env')
  const set = { ...(existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {}), ...env }
  const kafka = `127.0.0.1:${set['KAFKA_PUBLISH_PORT'] || 9094}`
  const redis = `redis://127.0.0.1:${set['REDIS_PUBLISH_PORT'] || 6379}`
  const lake = resolve(root, set['COMPOSE_LAKE_DIR'] || 'data/lake')
  return { name, env: { ...set, KAFKA_BROKERS: kafka, REDIS_URL: redis, LAKE_DIR: lake } }
}

function demo(env: Environment, root: string, name: string): Target {
  const { KAFKA_BROKERS: _, REDIS_URL: __, ...rest } = env
  return { name, env: { ...rest, DATA_DIR: env['DATA_DIR'] || join(root, 'data', 'demo') } }
}

const run = promisify(execFile)

/** No Docker, no compose file, no answer within five seconds: then it is not up. */
async function asksDocker(root: string): Promise<boolean> {
  if (!existsSync(join(root, 'docker-compose.yml'))) return false
  const listing = run('docker', ['compose', 'ps', '--quiet', '--status', 'running'], { cwd: root, timeout: 5_000 })
  return listing.then(
    ({ stdout }) => stdout.trim() !== '',
    () => false,
  )
}

const withoutPassword = (url: string): string => url.replace(/\/\/[^@/]*@/, '//')
