// Builders for tests, of this package and of others: a good reading, of which a test names only what matters to it.

import { type GlucoseFigures, glucoseRiskFormula, type SignalFigures } from '../days/statistics.ts'
import type { Reading } from '../reading/reading.ts'

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

/** iglu writes 22.77 for 10 · 1.509². */
const asIglu = (risk: number | null): number | null =>
  risk && (risk * 22.77) / (glucoseRiskFormula.weight * glucoseRiskFormula.scale ** 2)

/** A day's figures under the names of data/samples/uom-2303.daily-reference.json, which R iglu and pandas have computed. */
export const referenceFigures = (glucose: GlucoseFigures, heartRate: SignalFigures): Record<string, number | null> => ({
  count: glucose.count,
  avg: glucose.avg,
  min: glucose.min,
  max: glucose.max,
  sd: glucose.sd,
  cv: glucose.cv_percent,
  gmi: glucose.gmi_percent,
  ea1c: glucose.ea1c_percent,
  lbgi: asIglu(glucose.lbgi),
  hbgi: asIglu(glucose.hbgi),
  hr_count: heartRate.count,
  hr_avg: heartRate.avg,
  hr_min: heartRate.min,
  hr_max: heartRate.max,
})
