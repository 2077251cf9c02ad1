// The settings of the sensor simulator.
import { accessSettings, ConfigError, integer, number, port, runtimeSettings, tokensOf } from '@health/runtime'
import { z } from 'zod'

export const settings = z.object({
  ...runtimeSettings,
  ...accessSettings,
  MQTT_URL: z
    .url({ protocol: /^mqtts?$/, error: 'must be a URL like mqtt://127.0.0.1:1883' })
    .optional()
    .describe(
      'the MQTT broker, with user and password where it asks for others than API_TOKENS; unset: mqtt://127.0.0.1:$MQTT_PORT',
    ),
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

export interface Credentials {
  username: string
  password: string
}

/**
 * What to sign in with: the user in MQTT_URL, else the first token that may send; nothing where there is neither a user
 * nor a token. Throws `ConfigError` where no token may send at `now`, epoch ms.
 */
export function credentialsOf(config: SensorSimulatorConfig, now: number): Credentials | null {
  const { username, password } = new URL(brokerUrl(config))
  if (username !== '' || password !== '') return { username: decoded(username), password: decoded(password) }
  const tokens = tokensOf(config)
  if (tokens.length === 0) return null
  const senders = tokens.filter(({ roles }) => roles.includes('ingest'))
  const token = senders.find(({ expiresAt }) => expiresAt === null || expiresAt > now)
  if (token !== undefined) return { username: token.name, password: token.secret }
  const lacking = senders.length > 0 ? 'has the role ingest and has not expired' : 'has the role ingest'
  throw new ConfigError(
    `The simulator may not send: no token of API_TOKENS ${lacking}. Add one like simulator:ingest:SECRET, or set SIM_PATIENTS=0 to have no simulator.`,
  )
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch (cause) {
    throw new ConfigError('MQTT_URL has a % in its user or password that is no escape: write %25.', { cause })
  }
}
