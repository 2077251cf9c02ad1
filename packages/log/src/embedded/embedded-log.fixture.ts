// A process beside the tests: does what its arguments say to an embedded log, then waits to be killed.
import { createLogger } from '@health/runtime'
import { openEmbeddedLog } from './embedded-log.ts'

const [, , action = '', folder = ''] = process.argv
const log = openEmbeddedLog({
  folder,
  topics: ['readings'],
  partitions: 3,
  retention: { hours: 1, archivedTopic: 'readings' },
  logger: createLogger('silent'),
})

if (action === 'append') await log.append('readings', [{ key: 'p001', value: Buffer.from('from another process') }])
if (action === 'consume') {
  await log.subscribe('readings', 'speed-layer', {
    startAt: async () => null,
    onBatch: async () => {
      process.stdout.write('consuming\n')
    },
  })
}
setInterval(() => undefined, 60_000)
