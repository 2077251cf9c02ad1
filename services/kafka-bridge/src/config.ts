// The settings of kafka-bridge.
import { logSettings } from '@health/log'
import { accessSettings, port, runtimeSettings } from '@health/runtime'
import { z } from 'zod'

export const settings = z.object({
  ...runtimeSettings,
  ...accessSettings,
  ...logSettings,
  INGEST_PORT: port({ default: 8080 }).describe('port of POST /readings'),
  MQTT_PORT: port({ default: 1883 }).describe('port of the MQTT listener'),
  MQTT_TOPIC: z
    .string()
    .regex(/^[^+#$\0][^+#\0]{0,255}$/, 'must be an MQTT topic without wildcards, up to 256 characters')
    .default('health/data')
    .describe('topic of readings, beside health/<patient_id>/data'),
})

export type KafkaBridgeConfig = z.output<typeof settings>
