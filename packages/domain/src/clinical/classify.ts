// Classification: from values to a status and the reasons for it, by the clinical rules.
import type { ClassifiedSignal, ClinicalRules, Thresholds } from './rules.ts'
import { classifiedSignals, defaultRules } from './rules.ts'

/** Gravest first. */
export const statuses = ['CRITICAL_LOW', 'CRITICAL_HIGH', 'WARNING', 'NORMAL'] as const
export type Status = (typeof statuses)[number]

export const levels = ['very_low', 'low', 'normal', 'high', 'very_high'] as const
export type Level = (typeof levels)[number]

/** Why a status is not NORMAL, one per signal. */
export type StatusReason = `${'glucose' | 'heart_rate'}_${Exclude<Level, 'normal'>}`

export interface Classification {
  status: Status
  reasons: StatusReason[]
}

/** In which band of its signal a plausible value lies. */
export function levelOf(value: number, limits: Thresholds): Level {
  const { veryLow, low, high, veryHigh, inclusive } = limits
  if (value < veryLow || (inclusive && value === veryLow)) return 'very_low'
  if (value > veryHigh || (inclusive && value === veryHigh)) return 'very_high'
  if (value < low || (inclusive && value === low)) return 'low'
  if (value > high || (inclusive && value === high)) return 'high'
  return 'normal'
}

const statusOfLevel = {
  very_low: 'CRITICAL_LOW',
  low: 'WARNING',
  normal: 'NORMAL',
  high: 'WARNING',
  very_high: 'CRITICAL_HIGH',
} as const satisfies Record<Level, Status>

/** A signal's name without its unit. */
export const signalNames = { glucoseMgdl: 'glucose', heartRateBpm: 'heart_rate' } as const

/** The status of one value: of the point in a graph, of one number on the page. */
export const statusOf = (signal: ClassifiedSignal, value: number, rules: ClinicalRules = defaultRules): Status =>
  statusOfLevel[levelOf(value, rules[signal])]

/**
 * The gravest status of the values, with every reason. Glucose comes before heart rate and low before high, so that
 * glucose 45 with a pulse of 150, a typical answer to a hypo, reads CRITICAL_LOW with both reasons.
 */
export function classify(values: ClassifiedValues, rules: ClinicalRules = defaultRules): Classification {
  const reasons: StatusReason[] = []
  for (const signal of classifiedSignals) {
    const value = values[signal]
    if (value === null) continue
    const level = levelOf(value, rules[signal])
    if (level !== 'normal') reasons.push(`${signalNames[signal]}_${level}`)
  }
  return { status: gravestStatus(values, rules), reasons }
}

type ClassifiedValues = Record<ClassifiedSignal, number | null>

/** The status alone. */
export function gravestStatus(values: ClassifiedValues, rules: ClinicalRules): Status {
  const glucose = values.glucoseMgdl === null ? 'NORMAL' : statusOf('glucoseMgdl', values.glucoseMgdl, rules)
  // A critical glucose stands, whatever the heart does.
  if (glucose !== 'NORMAL' && glucose !== 'WARNING') return glucose
  const heartRate = values.heartRateBpm === null ? 'NORMAL' : statusOf('heartRateBpm', values.heartRateBpm, rules)
  return heartRate === 'NORMAL' ? glucose : heartRate
}
