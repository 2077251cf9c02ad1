// `pnpm test FILE` runs the tests of that file alone.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')

/** As on a machine that has nothing but Node. */
function runTests(...args: string[]) {
  const env = { PATH: process.env['PATH'], CHROMIUM: '/none', NO_COLOR: '1' }
  return spawnSync(process.execPath, ['scripts/test.ts', ...args], { cwd: root, env, encoding: 'utf8' })
}

test('a named file runs alone, and nothing is said to be left out', () => {
  const file = 'packages/domain/src/days/statistics.reference.test.ts'
  const { status, stdout } = runTests(file)
  expect(status, stdout).toBe(0)
  expect(stdout).toContain(file)
  expect(stdout).toMatch(/Test Files.* 1 passed/)
  expect(stdout).not.toContain('Left out')
})

test('a named file that cannot run here fails, and only the parts that it needs are named', () => {
  const { status, stdout } = runTests('packages/log/src/kafka/kafka-log.real.test.ts')
  expect(status).toBe(1)
  expect(stdout).toMatch(/^Left out: real tests, .* set KAFKA_BROKERS, set REDIS_URL, install Chromium.*\.\n$/)
})
