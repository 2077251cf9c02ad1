// The settings of the thresholds. Apart from the rules, so that the page has the rules without the schema library.
import { z } from 'zod'
import { type ClassifiedSignal, defaultRules, plausible, type Thresholds } from './rules.ts'

const fourLimits = (signal: ClassifiedSignal) => {
  const standard = defaultRules[signal]
  const { min, max } = plausible[signal]
  return z
    .string()
    .default([standard.veryLow, standard.low, standard.high, standard.veryHigh].join(','))
    .transform((text) => text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part))))
    .refine(
      (limits) => limits.length === 4 && limits.every((limit, i) => limit > (limits[i - 1] ?? min) && limit < max),
      `must be four rising numbers between ${min} and ${max}: very low, low, high, very high`,
    )
    .transform(
      ([veryLow = 0, low = 0, high = 0, veryHigh = 0]): Thresholds => ({
        ...standard,
        veryLow,
        low,
        high,
        veryHigh,
      }),
    )
}

/** The settings of the thresholds: four rising numbers each, inside the plausible range. */
export const clinicalSettings = {
  GLUCOSE_THRESHOLDS: fourLimits('glucoseMgdl').describe(
    'status limits of glucose in mg/dL: very low, low, high, very high',
  ),
  HEART_RATE_THRESHOLDS: fourLimits('heartRateBpm').describe('status limits of heart rate in beats/min, same order'),
}
