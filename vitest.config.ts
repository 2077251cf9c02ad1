// One vitest for the whole workspace. `unit` needs nothing but Node; `real` needs Kafka, Redis and Chromium, `compose`
// Docker: scripts/test.ts says what is there, .ci/run brings it all.
import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

const folders = '{packages,services,scripts,test,docs}/**'
const minuteMs = 60_000

export default defineConfig({
  test: {
    // Time-outs are there only to end a hang: on a busy machine a sound test may take many times as long as on an idle one.
    testTimeout: 2 * minuteMs,
    hookTimeout: 2 * minuteMs,
    expect: { poll: { timeout: minuteMs } },
    setupFiles: ['test/setup.ts'],
    // Many tests wait for a process or a timer, so one more file than there are cores runs at a time.
    maxWorkers: availableParallelism() + 1,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: [`${folders}/*.test.ts`],
          exclude: ['**/node_modules/**', '**/*.real.test.ts', '**/*.compose.test.ts', '**/*.faults.test.ts'],
        },
      },
      // One file after the other: they share one Kafka and one Redis, and pause and starve them.
      project('real', 5 * minuteMs),
      // Each file starts a whole system of its own, and breaks it.
      project('faults', 10 * minuteMs),
      project('compose', 10 * minuteMs),
    ],
  },
})

/** The tests in files named `*.<name>.test.ts`, one file after the other. */
function project(name: string, timeoutMs: number) {
  return {
    extends: true as const,
    test: {
      name,
      include: [`${folders}/*.${name}.test.ts`],
      fileParallelism: false,
      testTimeout: timeoutMs,
      hookTimeout: timeoutMs,
    },
  }
}
