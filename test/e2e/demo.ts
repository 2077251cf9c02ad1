// The demo as a person starts it: one process, which prints where the dashboard is.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { baseEnv, type Run, root, runScript } from './processes.ts'
import { until } from './until.ts'

export interface Demo {
  dashboard: string
  ingest: string
  mqttPort: number
  env: Record<string, string>
  process: ChildProcess
  /** All that it has printed so far, errors as well. */
  printed(): string
  run(script: string, ...args: string[]): Promise<Run>
  /** Ctrl-C. Resolves to the exit code. */
  interrupt(): Promise<number | null>
  close(): Promise<void>
}

/** Starts a demo on free ports in a folder of its own, and waits for the address. */
export async function startDemo(settings: Record<string, string> = {}): Promise<Demo> {
  const folder = mkdtempSync(join(tmpdir(), 'health-demo-'))
  const env = {
    DATA_DIR: folder,
    DASHBOARD_PORT: '0',
    INGEST_PORT: '0',
    MQTT_PORT: '0',
    LOG_LEVEL: 'warn',
    ...settings,
  }
  // A database that another test has used holds positions of another log.
  if ('REDIS_URL' in settings) {
    const init = await runScript('init.ts', [], env)
    assert.equal(init.code, 0, init.stderr)
  }
  const demo = spawn(process.execPath, [join(root, 'scripts/demo.ts')], {
    cwd: root,
    env: { ...baseEnv(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  for (const output of [demo.stdout, demo.stderr]) output.on('data', (text) => (printed += text))
  demo.stderr.pipe(process.stderr)
  const ended = new Promise<number | null>((end) => demo.once('exit', end))
  await until(() => {
    assert.equal(demo.exitCode, null, printed)
    assert.match(printed, /Batch {2,}npx/)
  })
  const address = (label: string) => new RegExp(`${label}.*(http://localhost:\\d+)`).exec(printed)?.[1] ?? ''
  return {
    dashboard: address('Dashboard'),
    ingest: address('Readings'),
    mqttPort: Number(/MQTT port (\d+)/.exec(printed)?.[1]),
    env,
    process: demo,
    printed: () => printed,
    run: (script, ...args) => runScript(script, args, env),
    interrupt() {
      demo.kill('SIGINT')
      return ended
    },
    async close() {
      demo.kill('SIGTERM')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
