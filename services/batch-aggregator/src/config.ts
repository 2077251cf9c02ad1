// The settings of batch-aggregator.
import { daySettings } from '@health/domain'
import { lakeSettings } from '@health/lake'
import { logSettings } from '@health/log'
import { runtimeSettings } from '@health/runtime'
import { viewsSettings } from '@health/views'
import { z } from 'zod'

export const settings = z.object({
  ...runtimeSettings,
  KAFKA_TOPIC: logSettings.KAFKA_TOPIC,
  KAFKA_PARTITIONS: logSettings.KAFKA_PARTITIONS,
  ...viewsSettings,
  ...lakeSettings,
  ...daySettings,
})

export type BatchAggregatorConfig = z.output<typeof settings>
