// An alert: a value beyond a limit, from the record that raised it until it is over and, if it was critical, acknowledged.
import type { ClassifiedSignal } from '../clinical/rules.ts'

export const directions = ['low', 'high'] as const
export type Direction = (typeof directions)[number]

/** What an alert is about. An acknowledged or snoozed one silences no other, of the same patient neither. */
export type AlertSubject = `${ClassifiedSignal}.${Direction}`

export type Severity = 'warning' | 'critical'

/**
 * `raised`: beyond a limit, and nobody has said that they know. `acknowledged`: somebody has. `recovered`: it was critical and
 * is over, but nobody has said that they know, so it stays. `cleared`: done with.
 */
export const alertStates = ['raised', 'acknowledged', 'recovered', 'cleared'] as const
export type AlertState = (typeof alertStates)[number]

export interface Alert {
  /** `<patient>:<signal>:<direction>:<offset of the record that raised it>`, the signal as on the wire without its unit. */
  id: string
  patientId: string
  signal: ClassifiedSignal
  direction: Direction
  state: AlertState
  /** How grave it is now; it eases as slowly as an alert clears. */
  severity: Severity
  /** It was critical, and nobody has acknowledged it since. */
  isLatched: boolean
  /** The value that was farthest beyond the limit. */
  worst: number
  /** How many changes there have been: each is told once under this number, also when the log is replayed. */
  revision: number
  /** What became of it, oldest first: the first one, which raised it, and the newest. */
  changes: AlertChange[]
  /** For each limit, how long values have been clearly on its better side. */
  calm: Record<Severity, Calm | null>
}

export interface AlertChange {
  kind:
    | 'raised'
    | 'escalated'
    | 'eased'
    | 'recovered'
    /** Beyond the limit again, after it had recovered. */
    | 'relapsed'
    | 'cleared'
    | 'acknowledged'
    | 'snoozed'
    | 'noted'
  /** Epoch ms: `measured_at` of the reading, or `received_at` of what somebody did. */
  at: number
  /** The value that brought it; null where a person did. */
  value: number | null
  /** Who did it; null where a reading did. */
  by: string | null
  note: string | null
}

interface Calm {
  readings: number
  /** Epoch ms. */
  since: number
}

/** Until then (epoch ms) an alert of this subject makes no noise, unless it is graver than the snoozed one was. */
export interface Snooze {
  until: number
  severity: Severity
}

/** Of one patient: the alerts that are not cleared, and what is snoozed, by subject. */
export interface PatientAlerts {
  open: Partial<Record<AlertSubject, Alert>>
  snoozes: Partial<Record<AlertSubject, Snooze>>
}

export const noAlerts = (): PatientAlerts => ({ open: {}, snoozes: {} })

/** An alert at one moment: a copy, with the end of its subject's snooze (epoch ms), if there is one. */
export interface AlertSnapshot extends Omit<Alert, 'calm'> {
  snoozedUntil: number | null
}

export function snapshotAlert({ calm: _, changes, ...alert }: Alert, { snoozes }: PatientAlerts): AlertSnapshot {
  const snooze = snoozes[`${alert.signal}.${alert.direction}`]
  return { ...alert, changes: changes.map((change) => ({ ...change })), snoozedUntil: snooze?.until ?? null }
}
