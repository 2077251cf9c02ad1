// The settings of dashboard-server.
import { clinicalSettings, daySettings } from '@health/domain'
import { logSettings } from '@health/log'
import { accessSettings, integer, list, port, runtimeSettings } from '@health/runtime'
import { viewsSettings } from '@health/views'
import { z } from 'zod'
import { isHostName } from './auth/host-check.ts'

export const settings = z.object({
  ...runtimeSettings,
  ...logSettings,
  ...viewsSettings,
  ...clinicalSettings,
  ...daySettings,
  ...accessSettings,
  DASHBOARD_PORT: port({ default: 3000 }).describe('port of the page, of /api and of Socket.io'),
  ALLOWED_HOSTS: list({ default: ['localhost', '127.0.0.1', '[::1]'] })
    .refine(
      (hosts) => hosts.every(isHostName),
      'must be host names or addresses without scheme, port or path, like health.example.org, 192.168.1.20 or [::1]',
    )
    .describe('names under which browsers may ask for the dashboard'),
  STALE_SECONDS: integer({ min: 1, max: 86_400 })
    .optional()
    .describe('age in seconds at which a value counts as stale; unset: 900, with the simulator 30'),
  SIM_PATIENTS: integer({ min: 0 }).optional().describe('simulated patients that send here; unset or 0: none'),
  ARCHIVE_ROLL_SECONDS: integer({ min: 1, default: 60 }).describe('how often the archiver publishes a file'),
})

export type DashboardServerConfig = z.output<typeof settings>

/** Simulated sensors send every second, real ones every five minutes. */
export const staleSecondsOf = ({
  STALE_SECONDS,
  SIM_PATIENTS = 0,
}: Pick<DashboardServerConfig, 'STALE_SECONDS' | 'SIM_PATIENTS'>): number =>
  STALE_SECONDS ?? (SIM_PATIENTS > 0 ? 30 : 900)
