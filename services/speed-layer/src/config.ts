// The settings of the speed layer.
import { clinicalSettings, daySettings } from '@health/domain'
import { logSettings } from '@health/log'
import { runtimeSettings } from '@health/runtime'
import { viewsSettings } from '@health/views'
import { z } from 'zod'

export const settings = z.object({
  ...runtimeSettings,
  ...logSettings,
  ...viewsSettings,
  ...clinicalSettings,
  ...daySettings,
})

export type SpeedLayerConfig = z.output<typeof settings>
