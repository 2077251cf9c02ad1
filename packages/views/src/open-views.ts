// Opens the views that the settings ask for.
import type { Logger } from '@health/runtime'
import { openEmbeddedViews } from './embedded.ts'
import type { ViewsSettings } from './settings.ts'
import type { ViewStore } from './store.ts'

/**
 * The views on Redis where `REDIS_URL` is set, else embedded in `DATA_DIR`. Resolves even when Redis is away: it is then
 * waited for, see `waitingFor`. Throws when `DATA_DIR` cannot be written.
 */
export async function openViews(settings: ViewsSettings, { logger }: { logger: Logger }): Promise<ViewStore> {
  if (settings.REDIS_URL === undefined) return openEmbeddedViews(settings.DATA_DIR)
  // The driver is loaded only where it is used.
  const { openRedisViews } = await import('./redis.ts')
  return openRedisViews(settings.REDIS_URL, { logger })
}
