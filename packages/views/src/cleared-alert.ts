// A cleared alert as the views keep it.
import type { AlertSnapshot } from '@health/domain'

export const encodeClearedAlert = (alert: AlertSnapshot): string => JSON.stringify({ version: 2, ...alert })

/** Reads a stored alert; one without a version was stored as a row of the REST answers, by the release before. */
export function decodeClearedAlert(text: string): AlertSnapshot {
  const stored: StoredAlert = JSON.parse(text)
  if ('version' in stored) {
    const { version: _, ...alert } = stored
    return alert
  }
  const { patient_id, signal, latched, snoozed_until, changes, ...rest } = stored
  return {
    ...rest,
    patientId: patient_id,
    signal: signalOf[signal],
    isLatched: latched,
    snoozedUntil: snoozed_until === null ? null : Date.parse(snoozed_until),
    changes: changes.map(({ at, ...change }) => ({ ...change, at: Date.parse(at) })),
  }
}

const signalOf = { glucose: 'glucoseMgdl', heart_rate: 'heartRateBpm' } as const

type StoredAlert = (AlertSnapshot & { version: 2 }) | AlertRow

interface AlertRow extends Pick<AlertSnapshot, 'id' | 'direction' | 'state' | 'severity' | 'worst' | 'revision'> {
  patient_id: string
  signal: 'glucose' | 'heart_rate'
  latched: boolean
  snoozed_until: string | null
  changes: (Omit<AlertSnapshot['changes'][number], 'at'> & { at: string })[]
}
