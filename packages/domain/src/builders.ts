// Builders for tests, of this package and of others: a good reading, of which a test names only what matters to it.
import type { Reading } from './reading.ts'

/** A valid reading with glucose and heart rate, both normal, and the given fields in place of its own. */
export const aReading = (fields: Partial<Reading> = {}): Reading => ({
  patientId: 'p001',
  sensorId: 'cgm-001',
  measuredAt: Date.UTC(2026, 10, 24, 2),
  glucoseMgdl: 123.4,
  heartRateBpm: 72,
  temperatureC: null,
  ...fields,
})
