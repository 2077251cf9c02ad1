// Which span a person chose for a patient: kept until the tab is closed, also over a reload.
import { type Span, spans } from './history.ts'

const keyOf = (patientId: string): string => `span ${patientId}`

// A browser may forbid storage; the choice then lasts as long as the page.
const unkept = new Map<string, Span>()

/** Null where nobody has chosen. */
export const chosenSpan = (patientId: string): Span | null => unkept.get(patientId) ?? readKept(patientId)

export function keepSpan(patientId: string, span: Span): void {
  unkept.set(patientId, span)
  try {
    sessionStorage.setItem(keyOf(patientId), String(span))
  } catch {
    return
  }
}

function readKept(patientId: string): Span | null {
  try {
    const kept = Number(sessionStorage.getItem(keyOf(patientId)))
    return spans.find((span) => span === kept) ?? null
  } catch {
    return null
  }
}
