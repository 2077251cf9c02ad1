// One vitest for the whole workspace. `unit` needs nothing but Node; `real` needs Kafka, Redis and Chromium (.ci/run).
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: [{ test: { name: 'unit', include: ['{packages,services}/*/**/*.test.ts', 'scripts/**/*.test.ts'] } }],
  },
})
