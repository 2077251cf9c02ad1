// The settings of csv-archiver.
import { lakeSettings } from '@health/lake'
import { logSettings } from '@health/log'
import { integer, runtimeSettings } from '@health/runtime'
import { viewsSettings } from '@health/views'
import { z } from 'zod'

export const settings = z.object({
  ...runtimeSettings,
  ...logSettings,
  ...viewsSettings,
  ...lakeSettings,
  ARCHIVE_ROLL_SECONDS: integer({ min: 1, max: 86_400, default: 60 }).describe(
    'seconds after its first row in which a lake file is published',
  ),
  ARCHIVE_ROLL_ROWS: integer({ min: 1, default: 100_000 }).describe('rows after which a lake file is published'),
})

export type CsvArchiverConfig = z.output<typeof settings>
