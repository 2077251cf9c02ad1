// The services as processes of their own, as compose and supervisors run them: started, killed and restarted by name.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { until } from './until.ts'

export const root = resolve(import.meta.dirname, '../..')

export type ServiceName =
  | 'kafka-bridge'
  | 'speed-layer'
  | 'csv-archiver'
  | 'batch-aggregator'
  | 'dashboard-server'
  | 'sensor-simulator'

/** The services that are there to stay; the simulator comes where a test wants it. */
const standing = ['kafka-bridge', 'speed-layer', 'csv-archiver', 'batch-aggregator', 'dashboard-server'] as const

type Environment = Record<string, string>

/** A running system, in a folder and on ports of its own. */
export interface System {
  folder: string
  env: Environment
  /** Base addresses: the dashboard's and the bridge's. */
  dashboard: string
  ingest: string
  start(name: ServiceName, extra?: Environment): Promise<void>
  /** SIGTERM, waiting for the clean end; or SIGKILL. */
  stop(name: ServiceName, signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>
  /** Runs a script of this project to its end. */
  run(script: string, ...args: string[]): Promise<Run>
  close(): Promise<void>
}

export interface Run {
  code: number | null
  stdout: string
  stderr: string
}

/** Empties the views, starts every standing service and waits until all are ready. `backend` says which log and views: none, the embedded. */
export async function startSystem(backend: Environment = {}): Promise<System> {
  const folder = mkdtempSync(join(tmpdir(), 'health-e2e-'))
  const [dashboardPort = 0, ingestPort = 0, mqttPort = 0] = await freePorts(3)
  const env: Environment = {
    DATA_DIR: folder,
    LAKE_DIR: join(folder, 'lake'),
    DASHBOARD_PORT: String(dashboardPort),
    INGEST_PORT: String(ingestPort),
    MQTT_PORT: String(mqttPort),
    ARCHIVE_ROLL_SECONDS: '2',
    LOG_LEVEL: 'warn',
    ...backend,
  }
  const running = new Map<ServiceName, ChildProcess>()

  async function start(name: ServiceName, extra: Environment = {}): Promise<void> {
    const [metricsPort = 0] = await freePorts(1)
    const args = [join(root, `services/${name}/src/main.ts`), ...(name === 'batch-aggregator' ? ['--watch'] : [])]
    const child = spawn(process.execPath, args, {
      cwd: root,
      env: { ...baseEnv(), ...env, METRICS_PORT: String(metricsPort), ...extra },
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    running.set(name, child)
    await until(async () => {
      assert.equal(child.exitCode, null, `${name} has ended`)
      const answer = await fetch(`http://127.0.0.1:${metricsPort}/readyz`)
      assert.ok(answer.ok, `${name} is not ready: ${await answer.text()}`)
    })
  }

  async function stop(name: ServiceName, signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const child = running.get(name)
    running.delete(name)
    if (child === undefined || child.exitCode !== null) return
    const ended = new Promise((end) => child.once('exit', (code, by) => end(by ?? code)))
    child.kill(signal)
    assert.equal(await ended, signal === 'SIGTERM' ? 0 : 'SIGKILL', `how ${name} ended`)
  }

  const close = async () => {
    for (const name of [...running.keys()].reverse()) await stop(name)
    rmSync(folder, { recursive: true, force: true })
  }
  // A database that another test has used holds positions of another log.
  const init = await runScript('init.ts', [], env)
  assert.equal(init.code, 0, init.stderr)
  await Promise.all(standing.map((name) => start(name))).catch(async (error) => {
    for (const child of running.values()) child.kill('SIGKILL')
    throw error
  })

  return {
    folder,
    env,
    dashboard: `http://127.0.0.1:${dashboardPort}`,
    ingest: `http://127.0.0.1:${ingestPort}`,
    start,
    stop,
    run: (script, ...args) => runScript(script, args, env),
    close,
  }
}

/** Runs `scripts/<script>` to its end, or until `killed` aborts: kill -9. */
export function runScript(script: string, args: string[], env: Environment, killed?: AbortSignal): Promise<Run> {
  const child = spawn(process.execPath, [join(root, 'scripts', script), ...args], {
    cwd: root,
    env: { ...baseEnv(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  killed?.addEventListener('abort', () => child.kill('SIGKILL'))
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) child[name].on('data', (text) => (output[name] += text))
  return new Promise((end) => child.once('close', (code) => end({ code, ...output })))
}

/** The environment without settings of ours: what the shell of the tests has set must not reach the system. */
export const baseEnv = (): Environment => ({ PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' })

/**
 * Where the system takes no ports for outgoing connections, one of which might have a port before its service does; and
 * browsers refuse none.
 */
const firstPort = 11_000
const lastPort = 32_000
let nextPort = randomInt(firstPort, lastPort)

/** Ports that nobody holds now. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = []
  while (ports.length < count) {
    const port = nextPort
    nextPort = port === lastPort ? firstPort : port + 1
    if (await isFree(port)) ports.push(port)
  }
  return ports
}

function isFree(port: number): Promise<boolean> {
  const server = createServer()
  return new Promise((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
