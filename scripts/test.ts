// `pnpm test [FILE…]`: every test that can run here, or those of the named files alone. What is left out is named at the
// end, with what would let it run. A FILE is any part of a path, a folder too; options go to vitest.
import { spawnSync } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'
import { resolve } from 'node:path'
import { answerHelp } from '@health/runtime/help'

const help = `Usage: pnpm test [FILE…] [OPTION…]

Runs every test that can run here. At the end it names the tests that it left out, and what would let them run.

  FILE      runs only the tests whose path contains FILE
  -t NAME   runs only the tests whose title matches NAME
  OPTION    any other option of vitest: see npx -y pnpm@12 exec vitest run --help
  --help    prints this`

answerHelp(process.argv.slice(2), help)

/** A class of tests, and what keeps it from running here; `null` when nothing does. */
interface TestClass {
  project: string
  needs: string
  missing: string | null
}

const env = process.env
const chromium = env['CHROMIUM'] ?? '/usr/bin/chromium'

const classes: TestClass[] = [
  { project: 'unit', needs: 'nothing but Node', missing: null },
  { project: 'real', needs: 'a real Kafka, Redis and Chromium', missing: missingParts() },
  {
    project: 'faults',
    needs: 'a Kafka and a Redis of their own, to be killed',
    missing: env['KAFKA_JARS'] ? null : 'eval "$(.ci/real-parts install)", as root',
  },
  {
    project: 'compose',
    needs: 'the compose stack in Docker',
    missing: env['TEST_COMPOSE'] ? null : 'set TEST_COMPOSE=1 where `docker compose` works and the ports are free',
  },
]

function missingParts(): string | null {
  const missing = ['KAFKA_BROKERS', 'REDIS_URL'].filter((name) => !env[name]).map((name) => `set ${name}`)
  if (!existsSync(chromium)) missing.push('install Chromium, or set CHROMIUM to its path')
  return missing.length === 0 ? null : missing.join(', ')
}

const given = process.argv.slice(2)
const asked = askedFor(given)
const runnable = asked.filter(({ missing }) => missing === null)
if (runnable.length > 0) {
  const projects = runnable.flatMap(({ project }) => ['--project', project])
  process.exitCode = spawnSync('vitest', ['run', ...projects, ...given], { stdio: 'inherit' }).status ?? 1
} else {
  process.exitCode = 1
}
for (const { project, needs, missing } of asked) {
  if (missing !== null) console.log(`Left out: ${project} tests, which need ${needs}. To run them, ${missing}.`)
}

/** The classes that the named files belong to; all of them where none is named. */
function askedFor(args: readonly string[]): TestClass[] {
  const files = globSync('{packages,services,scripts,test}/**/*.test.ts', {
    exclude: (path) => path.includes('node_modules'),
  }).map((file) => resolve(file))
  const named = args
    .filter((arg) => !arg.startsWith('-'))
    .flatMap((name) => files.filter((file) => isNamed(file, name)))
  // A name that matches no file may be the value of an option; vitest says so where it is not.
  if (named.length === 0) return classes
  const projects = new Set(named.map((file) => /\.(real|faults|compose)\.test\.ts$/.exec(file)?.[1] ?? 'unit'))
  return classes.filter(({ project }) => projects.has(project))
}

/** As vitest has it: a part of the path, relative or not, with or without a line number. */
function isNamed(file: string, name: string): boolean {
  const part = name.replace(/:\d+$/, '')
  return file.includes(part) || file.startsWith(resolve(part))
}
