// `pnpm test`: every test that can run here. What is left out is named at the end, with what would let it run.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

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

const only = process.argv.slice(2)
const runnable = classes.filter(({ missing }) => missing === null)
const projects = runnable.flatMap(({ project }) => ['--project', project])
const { status } = spawnSync('vitest', ['run', ...projects, ...only], { stdio: 'inherit' })

for (const { project, needs, missing } of classes) {
  if (missing !== null) console.log(`Left out: ${project} tests, which need ${needs}. To run them, ${missing}.`)
}
process.exitCode = status ?? 1
