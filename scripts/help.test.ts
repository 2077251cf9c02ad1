// Every command of package.json that runs a file of this repository prints its help on --help and does nothing else.
import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> }
const commands = Object.entries(scripts).flatMap(([name, command]) => {
  const file = /^node (\S+\.ts)$/.exec(command)?.[1]
  return file === undefined ? [] : [[name, file] as const]
})

test('the commands of package.json are found', () => {
  expect(commands.map(([name]) => name)).toEqual(expect.arrayContaining(['demo', 'batch', 'init', 'test', 'bench']))
})

test.each(commands)('pnpm run %s --help prints the help, ends with 0 and starts nothing', async (name, file) => {
  const folder = join(tmpdir(), `health-help-${name.replace(':', '-')}`)
  const env = { PATH: process.env['PATH'], DATA_DIR: folder, DASHBOARD_PORT: 'wrong' }
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [join(root, file), '--help'], { env })
  expect(stdout).toMatch(new RegExp(`^Usage: pnpm (run )?${name}\\b`))
  expect(stderr).toBe('')
  expect(existsSync(folder)).toBe(false)
})
