// The settings of the views, spread into the settings of every service that opens them.
import { z } from 'zod'

export const viewsSettings = {
  REDIS_URL: z
    .url({ protocol: /^rediss?$/, hostname: /./, error: 'must be a URL that starts with redis:// or rediss://' })
    .optional()
    .describe('the Redis that holds the views; unset: embedded views in DATA_DIR'),
  DATA_DIR: z.string().default('./data/demo').describe('the folder of the embedded log, views and lake'),
}

/** What `openViews` needs to know. */
export interface ViewsSettings {
  REDIS_URL?: string | undefined
  DATA_DIR: string
}
