// The demo ends with the package manager that started it, and with nothing that is above.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { launchersOf } from './launchers.ts'

const running = (pid: number, parent: number, command: string) => ({ pid, parent, command })
const demo = running(6, 5, "sh -c trap '' INT; node scripts/demo.ts")

test.each([
  ['npx and pnpm', ['npm exec pnpm@12 demo', "sh -c 'pnpm' demo", 'pnpm demo'], [6, 5, 4, 3]],
  ['pnpm alone', ['/bin/bash -l', 'bash', 'pnpm demo'], [6, 5]],
  ['pnpm as a script of node', ['bash', 'sh', '/usr/bin/node /opt/pnpm/bin/pnpm.cjs run demo'], [6, 5]],
  ['npm run', ['bash', 'bash -c npm run demo', 'npm run demo'], [6, 5]],
  ['a script whose name begins like pnpm', ['bash', 'bash -c ./pnpm-demo.sh', 'bash ./pnpm-demo.sh'], []],
  ['no package manager', ['bash', 'sh -c ./start', 'sh -c node scripts/demo.ts'], []],
])('of a demo started by %s, only what the package managers run counts', (_name, commands, expected) => {
  const above = commands.map((command, i) => running(3 + i, 2 + i, command))
  expect(launchersOf(6, [running(1, 0, 'init'), running(2, 1, 'npm-check'), ...above, demo])).toEqual(expected)
})

/** A package manager that runs `command` in a shell, as npm and pnpm do, and passes no signal on to it. */
const launcher = `
  const { spawn } = require('node:child_process')
  spawn('sh', ['-c', process.argv[2] + '; true'], { stdio: 'inherit' }).on('exit', () => process.exit())`

test.each(['SIGTERM', 'SIGKILL'] as const)('the demo stops cleanly when npx is ended by %s', async (signal) => {
  const folder = mkdtempSync(join(tmpdir(), 'launchers-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const [npx, pnpm] = ['npx-cli.js', 'pnpm.cjs'].map((name) => join(folder, name)) as [string, string]
  for (const file of [npx, pnpm]) writeFileSync(file, launcher)
  const env = {
    PATH: process.env['PATH'],
    npm_lifecycle_event: 'demo',
    DATA_DIR: join(folder, 'data'),
    DASHBOARD_PORT: '0',
    INGEST_PORT: '0',
    MQTT_PORT: '0',
  }
  const script = join(import.meta.dirname, 'demo.ts')
  const command = `"${process.execPath}" "${pnpm}" '"${process.execPath}" "${script}"'`
  const child = spawn(process.execPath, [npx, command], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  // The demo ends by itself then, as it shows below.
  onTestFinished(() => void child.kill('SIGKILL'))
  let printed = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text
  })
  const closed = new Promise((resolve) => child.stdout.once('close', resolve))
  await vi.waitFor(() => expect(printed).toContain('Ctrl-C stops'))
  child.kill(signal)
  // The pipe closes when the last process that writes to it has ended.
  await closed
  expect(printed).toContain('the package manager that started it has ended')
  expect(printed.trimEnd().split('\n').at(-1)).toContain('"msg":"Stopped."')
})
