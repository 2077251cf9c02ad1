// The settings of the sensor simulator.
import { integer, number, port, runtimeSettings } from '@health/runtime'
import { z } from 'zod'

export const settings = z.object({
  ...runtimeSettings,
  MQTT_URL: z
    .url({ protocol: /^mqtts?$/, error: 'must be a URL like mqtt://127.0.0.1:1883' })
    .optional()
    .describe('the MQTT broker; unset: mqtt://127.0.0.1:$MQTT_PORT'),
  MQTT_PORT: port({ default: 1883 }).describe('port of the MQTT broker on this machine'),
  MQTT_TOPIC: z
    .string()
    .regex(/^[^+#$\0][^+#\0]{0,255}$/, 'must be an MQTT topic without wildcards, up to 256 characters')
    .default('health/data')
    .describe('topic of readings'),
  SIM_PATIENTS: integer({ min: 0, max: 100_000, default: 5 }).describe('simulated patients; 0 is none'),
  SIM_INTERVAL_MS: integer({ min: 10, max: 3_600_000, default: 1000 }).describe(
    "milliseconds between a patient's readings",
  ),
  SIM_SPEED: number({ min: 0.1, max: 1000, default: 60 }).describe(
    'how fast patients live. At 1, real time, glucose hardly moves while one watches; at 60 a second is a minute of life, and a live minute shows the curve of an hour',
  ),
  SIM_SEED: integer({ min: -(2 ** 31), max: 2 ** 31 - 1, default: 42 }).describe(
    'another number makes other patients; the same one, the same again',
  ),
  SIM_FAULT_RATE: number({ min: 0, max: 1, default: 0.01 }).describe('share of messages that are faulty on purpose'),
  SIM_TRACE: z.string().optional().describe('CSV file of real readings, sent in place of simulated patients'),
  SIM_TRACE_SPEED: number({ min: 0, max: 1000, default: 1 }).describe(
    '1: the trace starts now; N: and runs N times as fast; 0: times kept, sent as fast as acknowledged',
  ),
})

export type SensorSimulatorConfig = z.output<typeof settings>

/** Where the broker is. */
export const brokerUrl = ({ MQTT_URL, MQTT_PORT }: Pick<SensorSimulatorConfig, 'MQTT_URL' | 'MQTT_PORT'>): string =>
  MQTT_URL ?? `mqtt://127.0.0.1:${MQTT_PORT}`
