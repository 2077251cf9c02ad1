// Daily statistics that add and merge: what a day's readings come to, in figures that can be added in any grouping.
import { type ClassifiedSignal, plausible } from '../clinical/rules.ts'
import type { Reading } from '../reading/reading.ts'

/** Sums over the values of one signal. `min` and `max` are null while `count` is 0. */
export interface SignalSums {
  count: number
  sum: number
  sumOfSquares: number
  min: number | null
  max: number | null
}

/**
 * Glucose ranges of the consensus (Battelino 2019), mg/dL: <54, 54–<70, 70–180, >180–250, >250. They stand whatever
 * thresholds are configured for the status, or days could not be compared.
 */
export const glucoseRanges = ['very_low', 'low', 'in_range', 'high', 'very_high'] as const
export type GlucoseRange = (typeof glucoseRanges)[number]
const glucoseRangeLimits = { veryLow: 54, low: 70, high: 180, veryHigh: 250, tightHigh: 140 } as const

export interface GlucoseSums extends SignalSums {
  /** Readings in each range, in the order of `glucoseRanges`. */
  ranges: [number, number, number, number, number]
  /** Readings from 70 to 140 mg/dL: the tight range. */
  inTightRange: number
  /** Sums of the risks of low and of high glucose (`glucoseRisk`). */
  lowRisk: number
  highRisk: number
}

/** One patient's day, or any part of it, or the same over many patients: parts merge by addition. */
export interface DaySums {
  glucoseMgdl: GlucoseSums
  heartRateBpm: SignalSums
  /** Records with at least one plausible value that is no duplicate. */
  validRecords: number
  invalidRecords: number
  duplicateRecords: number
  /** Some readings could not be checked for being duplicates; the next batch run will. */
  provisional: boolean
}

const emptySums = (): SignalSums => ({ count: 0, sum: 0, sumOfSquares: 0, min: null, max: null })

/** The sums of nothing: the neutral element of `mergeDays`. */
export const emptyDay = (): DaySums => ({
  glucoseMgdl: { ...emptySums(), ranges: [0, 0, 0, 0, 0], inTightRange: 0, lowRisk: 0, highRisk: 0 },
  heartRateBpm: emptySums(),
  validRecords: 0,
  invalidRecords: 0,
  duplicateRecords: 0,
  provisional: false,
})

/**
 * The risk of a glucose value, negative towards low: 10·f², f = 1.509·(ln(G)^1.084 − 5.381), G in mg/dL
 * (Kovatchev et al., Diabetes Care 1997, doi 10.2337/diacare.20.11.1655).
 */
export const glucoseRiskFormula = { scale: 1.509, power: 1.084, shift: 5.381, weight: 10 } as const

export function glucoseRisk(mgdl: number): number {
  const tenths = Math.round(mgdl * 10)
  if (tenths / 10 !== mgdl) return computeRisk(mgdl)
  const known = risksOfTenths[tenths]
  if (known !== 0 && known !== undefined) return known
  const risk = computeRisk(mgdl)
  risksOfTenths[tenths] = risk
  return risk
}

/** Risks as they were computed, of the values that sensors give; 0: not yet. To compute one takes longer than all the rest. */
const risksOfTenths = new Float64Array(10 * plausible.glucoseMgdl.max + 1)

function computeRisk(mgdl: number): number {
  const { scale, power, shift, weight } = glucoseRiskFormula
  const f = scale * (Math.log(mgdl) ** power - shift)
  return Math.sign(f) * weight * f * f
}

/** Adds the values of a valid reading; pass `null` for a value that is a duplicate. Changes `day`. */
export function addReading(day: DaySums, values: Pick<Reading, ClassifiedSignal>): void {
  day.validRecords++
  if (values.glucoseMgdl !== null) addGlucose(day.glucoseMgdl, values.glucoseMgdl)
  if (values.heartRateBpm !== null) addValue(day.heartRateBpm, values.heartRateBpm)
}

function addValue(sums: SignalSums, value: number): void {
  sums.count++
  sums.sum += value
  sums.sumOfSquares += value * value
  if (sums.min === null || value < sums.min) sums.min = value
  if (sums.max === null || value > sums.max) sums.max = value
}

function addGlucose(sums: GlucoseSums, mgdl: number): void {
  addValue(sums, mgdl)
  const { veryLow, low, high, veryHigh, tightHigh } = glucoseRangeLimits
  sums.ranges[mgdl < veryLow ? 0 : mgdl < low ? 1 : mgdl <= high ? 2 : mgdl <= veryHigh ? 3 : 4]++
  if (mgdl >= low && mgdl <= tightHigh) sums.inTightRange++
  const risk = glucoseRisk(mgdl)
  if (risk < 0) sums.lowRisk -= risk
  else sums.highRisk += risk
}

/** Adds `part` to `day`. Associative and commutative up to the last bit of the sums. Changes `day`. */
export function mergeDays(day: DaySums, part: DaySums): void {
  mergeSums(day.glucoseMgdl, part.glucoseMgdl)
  for (const i of [0, 1, 2, 3, 4] as const) day.glucoseMgdl.ranges[i] += part.glucoseMgdl.ranges[i]
  day.glucoseMgdl.inTightRange += part.glucoseMgdl.inTightRange
  day.glucoseMgdl.lowRisk += part.glucoseMgdl.lowRisk
  day.glucoseMgdl.highRisk += part.glucoseMgdl.highRisk
  mergeSums(day.heartRateBpm, part.heartRateBpm)
  day.validRecords += part.validRecords
  day.invalidRecords += part.invalidRecords
  day.duplicateRecords += part.duplicateRecords
  day.provisional ||= part.provisional
}

function mergeSums(sums: SignalSums, part: SignalSums): void {
  sums.count += part.count
  sums.sum += part.sum
  sums.sumOfSquares += part.sumOfSquares
  if (part.min !== null && (sums.min === null || part.min < sums.min)) sums.min = part.min
  if (part.max !== null && (sums.max === null || part.max > sums.max)) sums.max = part.max
}

export interface SignalFigures {
  /** Null without values, as `min` and `max`. Not rounded. */
  avg: number | null
  min: number | null
  max: number | null
  count: number
  /** Sample standard deviation; null for fewer than two values. */
  sd: number | null
}

export interface GlucoseFigures extends SignalFigures {
  /** Coefficient of variation, %; up to 36 is called stable (consensus 2019). */
  cv_percent: number | null
  /** Glucose management indicator, % (Bergenstal 2018, doi 10.2337/dc18-1581). */
  gmi_percent: number | null
  /** Estimated HbA1c, % (Nathan 2008, doi 10.2337/dc08-0545). */
  ea1c_percent: number | null
  /** Shares of the readings in each range, %; they sum to 100. */
  ranges_percent: Record<GlucoseRange, number> | null
  tight_range_percent: number | null
  /** Glycemia risk index, 0–100 (Klonoff 2022, doi 10.1177/19322968221085273). */
  gri: number | null
  /** Low and high blood glucose index (Kovatchev 1997). */
  lbgi: number | null
  hbgi: number | null
}

export function signalFigures({ count, sum, sumOfSquares, min, max }: SignalSums): SignalFigures {
  if (count === 0) return { avg: null, min: null, max: null, count, sd: null }
  const avg = sum / count
  // Rounding may leave a constant signal a hair below zero.
  const sd = count < 2 ? null : Math.sqrt(Math.max(0, sumOfSquares - sum * avg) / (count - 1))
  return { avg, min, max, count, sd }
}

export function glucoseFigures(sums: GlucoseSums): GlucoseFigures {
  const figures = signalFigures(sums)
  const { avg, sd, count } = figures
  if (avg === null) {
    const none = { cv_percent: null, gmi_percent: null, ea1c_percent: null, ranges_percent: null }
    return { ...figures, ...none, tight_range_percent: null, gri: null, lbgi: null, hbgi: null }
  }
  const share = (n: number) => (100 * n) / count
  const [very_low, low, in_range, high, very_high] = sums.ranges.map(share) as GlucoseSums['ranges']
  return {
    ...figures,
    cv_percent: sd === null ? null : (100 * sd) / avg,
    gmi_percent: 3.31 + 0.02392 * avg,
    ea1c_percent: (46.7 + avg) / 28.7,
    ranges_percent: { very_low, low, in_range, high, very_high },
    tight_range_percent: share(sums.inTightRange),
    gri: Math.min(100, 3 * very_low + 2.4 * low + 1.6 * very_high + 0.8 * high),
    lbgi: sums.lowRisk / count,
    hbgi: sums.highRisk / count,
  }
}
