// MQTT topics: which are taken, and whom a message is about.
import { idPattern, parseReading } from '@health/domain'

/** A topic that is taken. */
export interface ReadingTopic {
  /** The patient that the topic names, if it does. */
  patientId: string | null
}

const ofPatient = /^health\/([^/]*)\/data$/

/** `shared` (by default `health/data`) or `health/<patient_id>/data`; `null` for any other topic. */
export function readTopic(topic: string, shared: string): ReadingTopic | null {
  if (topic === shared) return { patientId: null }
  const patientId = ofPatient.exec(topic)?.[1]
  return patientId !== undefined && idPattern.test(patientId) ? { patientId } : null
}

/**
 * The key of a message's record: the topic's patient, else whom the payload is about, else none. A payload that names
 * another patient than its topic keeps the topic's key, and so fails as `patient_mismatch` wherever it is read.
 */
export function keyOf({ patientId }: ReadingTopic, payload: Uint8Array): string | null {
  if (patientId !== null) return patientId
  const parsed = parseReading(payload, null)
  return parsed.kind === 'accepted' ? parsed.reading.patientId : parsed.patientId
}
