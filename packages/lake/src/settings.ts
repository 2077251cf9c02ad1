// The settings of the lake, to be spread into the settings of every service that uses it.
import { join } from 'node:path'
import { z } from 'zod'

export const lakeSettings = {
  LAKE_DIR: z.string().optional().describe('folder of the lake; unset: $DATA_DIR/lake'),
  DATA_DIR: z.string().default('./data/demo').describe('folder of the embedded log, views and lake'),
}

/** The settings of the lake as a service has them. */
export type LakeSettings = z.infer<z.ZodObject<typeof lakeSettings>>

/** Where the lake is. */
export const lakeDirOf = ({ LAKE_DIR, DATA_DIR }: LakeSettings): string => LAKE_DIR ?? join(DATA_DIR, 'lake')
