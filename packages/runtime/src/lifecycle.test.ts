import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test, vi } from 'vitest'
import { listen } from './listen.ts'

const fixture = fileURLToPath(new URL('./lifecycle.fixture.ts', import.meta.url))

function run(env: Record<string, string>) {
  const child = spawn(process.execPath, [fixture], { env: { METRICS_PORT: '0', ...env } })
  onTestFinished(() => void child.kill('SIGKILL'))
  const process_ = { output: '', exit: once(child, 'close'), kill: (signal: NodeJS.Signals) => child.kill(signal) }
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      process_.output += text
    })
  }
  return process_
}

async function runUntilReady(env: Record<string, string>) {
  const child = run(env)
  await vi.waitFor(() => expect(child.output).toContain('Starting.'))
  const port = /"port":(\d+)/.exec(child.output)?.[1]
  await vi.waitFor(async () => expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200))
  return { child, port }
}

test('SIGTERM stops the service and exits 0', async () => {
  const { child } = await runUntilReady({ BEHAVIOUR: 'clean' })
  child.kill('SIGTERM')
  expect(await child.exit).toEqual([0, null])
  expect(child.output).toContain('Flushed.')
})

test('while stopping it is healthy but not ready; the same signal again exits 1, another one does not', async () => {
  const { child, port } = await runUntilReady({ BEHAVIOUR: 'hangs' })
  child.kill('SIGINT')
  await vi.waitFor(() => expect(child.output).toContain('Stopping.'))
  expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(503)
  expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200)
  child.kill('SIGTERM')
  expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200)
  child.kill('SIGINT')
  expect(await child.exit).toEqual([1, null])
  expect(child.output).toContain('a second signal')
})

test('a stop that hangs exits 1 after the time-out', async () => {
  const { child } = await runUntilReady({ BEHAVIOUR: 'hangs', STOP_TIMEOUT_MS: '50' })
  child.kill('SIGTERM')
  expect(await child.exit).toEqual([1, null])
  expect(child.output).toContain('stopping took longer than 50 ms')
})

test.each([
  ['fails', 'another layout'],
  ['throws', 'a bug'],
])('a service that %s is logged as fatal and exits 1', async (behaviour, message) => {
  const child = run({ BEHAVIOUR: behaviour })
  expect(await child.exit).toEqual([1, null])
  const last = JSON.parse(child.output.trim().split('\n').at(-1) ?? '')
  expect(last).toMatchObject({ level: 'fatal', err: { message } })
})

test('a wrong setting is named without a stack, and exits 1', async () => {
  const child = run({ BEHAVIOUR: 'odd', METRICS_PORT: '-1' })
  expect(await child.exit).toEqual([1, null])
  expect(child.output).toContain('2 settings are wrong')
  expect(child.output).toContain('METRICS_PORT is "-1"')
  expect(child.output).not.toMatch(/^ {4}at /m)
})

test('a busy port is named without a stack, and exits 1', async () => {
  const other = createServer()
  onTestFinished(() => void other.close())
  const port = await listen(other, { port: 0, host: '127.0.0.1', variable: 'OTHER_PORT' })
  const child = run({ BEHAVIOUR: 'clean', METRICS_PORT: String(port) })
  expect(await child.exit).toEqual([1, null])
  expect(child.output).toContain(`Port ${port} on 127.0.0.1 is in use`)
  expect(child.output).toContain('METRICS_PORT')
})
