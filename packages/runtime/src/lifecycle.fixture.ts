// A service for lifecycle.test.ts, run as a process of its own; BEHAVIOUR says how it ends.
import { z } from 'zod'
import { runService, runtimeSettings } from './index.ts'

const settings = z.object({ ...runtimeSettings, BEHAVIOUR: z.enum(['clean', 'hangs', 'fails', 'throws']) })

await runService(
  'fixture',
  settings,
  async ({ BEHAVIOUR }, { logger }) => {
    const keepAlive = setInterval(() => {}, 1_000)
    if (BEHAVIOUR === 'throws') setImmediate(() => Promise.reject(new Error('a bug')))
    return {
      waitingFor: () => null,
      ...(BEHAVIOUR === 'fails' ? { failed: Promise.reject(new Error('another layout')) } : {}),
      async stop() {
        clearInterval(keepAlive)
        if (BEHAVIOUR === 'hangs') await new Promise(() => {})
        logger.info('Flushed.')
      },
    }
  },
  { stopTimeoutMs: Number(process.env['STOP_TIMEOUT_MS'] ?? 10_000) },
)
