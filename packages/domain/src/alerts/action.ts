// What people do about alerts: records of the log like readings, so that a replay comes to the same, and the lake keeps them.
import { z } from 'zod'
import { wireId } from '../reading/schema.ts'

/** A note is for a few words. */
export const maxNoteLength = 500
/** A snooze of longer than a night's shift is no snooze. */
export const maxSnoozeMinutes = 8 * 60

const common = {
  patient_id: wireId,
  alert_id: z.string().max(128),
  by: z.string().min(1).max(64),
  note: z.string().trim().max(maxNoteLength).nullable(),
}

/** On the wire. Unlike a reading it has a `type`, and no time: the log's own, `received_at`, tells when it was done. */
const actionMessage = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('acknowledge'), ...common }),
  z.strictObject({ type: z.literal('snooze'), minutes: z.int().min(1).max(maxSnoozeMinutes), ...common }),
  z.strictObject({ type: z.literal('note'), ...common, note: z.string().trim().min(1).max(maxNoteLength) }),
])
export type AlertActionMessage = z.infer<typeof actionMessage>

export type AlertAction = {
  patientId: string
  alertId: string
  /** The name of whoever's token it was, or what they call themselves. */
  by: string
  note: string | null
} & ({ type: 'acknowledge' | 'note' } | { type: 'snooze'; minutes: number })

export const formatAction = (action: AlertActionMessage): string => JSON.stringify(action)

/** The action that a record's text is, `key` being its key; null where it is none. */
export function parseAction(text: string, key: string | null): AlertAction | null {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return null
  }
  const { success, data } = actionMessage.safeParse(json)
  if (!success || (key !== null && key !== data.patient_id)) return null
  const { patient_id: patientId, alert_id: alertId, ...rest } = data
  return { patientId, alertId, ...rest }
}
