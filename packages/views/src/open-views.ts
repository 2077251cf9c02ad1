// Opens the views that the settings ask for.
import type { Logger } from '@health/runtime'
import type { ViewsSettings } from './settings.ts'
import { openEmbeddedViews } from './store/embedded/embedded-views.ts'
import type { ViewStore } from './store/store.ts'

/**
 * The views on Redis where `REDIS_URL` is set, else embedded in `DATA_DIR`. Resolves even when Redis is away: it is then
 * waited for, see `waitingFor`. Throws when `DATA_DIR` cannot be written.
 */
export async function openViews(settings: ViewsSettings, { logger }: { logger: Logger }): Promise<ViewStore> {
  if (settings.REDIS_URL === undefined) return openEmbeddedViews(settings.DATA_DIR)
  // The driver is loaded only where it is used.
  const { openRedisViews } = await import('./store/redis/redis-views.ts')
  return openRedisViews(settings.REDIS_URL, { logger })
}
