// One vitest for the whole workspace. `unit` needs nothing but Node; `real` needs Kafka, Redis and Chromium, `compose`
// Docker: scripts/test.ts says what is there, .ci/run brings it all.
import { defineConfig } from 'vitest/config'

const folders = '{packages,services,scripts,test}/**'

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [`${folders}/*.test.ts`],
          exclude: ['**/node_modules/**', '**/*.real.test.ts', '**/*.compose.test.ts', '**/*.faults.test.ts'],
        },
      },
      // One file after the other: they share one Kafka and one Redis, and pause and starve them.
      { test: { name: 'real', include: [`${folders}/*.real.test.ts`], fileParallelism: false } },
      // Each file starts a whole system of its own, and breaks it.
      { test: { name: 'faults', include: [`${folders}/*.faults.test.ts`], fileParallelism: false } },
      { test: { name: 'compose', include: [`${folders}/*.compose.test.ts`], fileParallelism: false } },
    ],
  },
})
