// The setting of the calendar, apart from the calendar itself, which the page uses without a schema library.
import { z } from 'zod'

/** The setting of the zone whose calendar days the daily figures follow. */
export const daySettings = {
  DAY_TIME_ZONE: z
    .string()
    .default('UTC')
    .refine(isTimeZone, 'must be an IANA time zone, like UTC or Asia/Jakarta')
    .describe('time zone whose calendar days the daily figures follow'),
}

function isTimeZone(zone: string): boolean {
  // Without the calendars of the world, which take their time to load.
  if (zone === 'UTC') return true
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }) !== null
  } catch {
    return false
  }
}
