// The minutes of the longer spans as the graph needs them: asked for once a minute and whenever something may have been
// missed, and kept current in between by the readings that are told.
import type { MinuteRow, PatientRow } from '@health/api'
import { useEffect, useState } from 'preact/hooks'
import { fetchMinutes } from '../api.ts'
import { liveSpan, openingSpan, type Span, shortestHistory, withReadings } from '../state/history.ts'
import { chosenSpan, keepSpan } from '../state/history-choice.ts'
import { liveWindowMs } from '../state/state.ts'
import type { Store } from '../state/store.ts'
import type { Judge } from './measured.tsx'

export interface History {
  /** Oldest first. */
  minutes: readonly MinuteRow[]
  /** When they were last read, epoch ms on the server's clock; null before they were. */
  readAt: number | null
  /** They could not be read since. */
  failed: boolean
}

const againMs = 60_000
const retryMs = 5000
const answerMs = 10_000

/** Empty for the live span, which needs none. */
export function useHistory(store: Store, row: PatientRow, span: Span, { now, settings }: Judge): History {
  const patientId = row.patient_id
  const { measured_at } = row.latest
  // A reading that came later than the live window reaches shows in the patient's row alone.
  const late = now - Date.parse(measured_at) > liveWindowMs ? measured_at : null
  const [history, setHistory] = useState<History>({ minutes: [], readAt: null, failed: false })
  useEffect(() => {
    if (span === liveSpan) return
    return repeatedly(async (signal) => {
      try {
        const minutes = await fetchMinutes(patientId, span, answered(signal))
        const { live, now } = store.state()
        setHistory({ minutes: withReadings(minutes, live), readAt: now, failed: false })
        return againMs
      } catch {
        if (signal.aborted) return null
        setHistory((held) => ({ ...held, failed: true }))
        return retryMs
      }
    })
    // Settings come anew with every snapshot, and snapshots after every gap in what is told.
  }, [store, patientId, span, settings, late])
  useEffect(() => {
    if (span === liveSpan) return
    return store.subscribe(() => {
      const { live, chosen } = store.state()
      if (chosen !== patientId) return
      setHistory((held) => {
        // One minute alone would look as if there had been nothing before.
        if (held.readAt === null) return held
        const minutes = withReadings(held.minutes, live)
        return minutes === held.minutes ? held : { ...held, minutes }
      })
    })
  }, [store, patientId, span])
  return history
}

/** The span that was chosen for the patient, else what suits the patient's pace once that is known. */
export function useSpan(store: Store, patientId: string): [Span, (span: Span) => void] {
  const [span, setSpan] = useState(() => chosenSpan(patientId))
  useEffect(() => {
    if (span !== null) return
    return repeatedly(async (signal) => {
      try {
        const minutes = await fetchMinutes(patientId, shortestHistory, answered(signal))
        setSpan((chosen) => chosen ?? openingSpan(minutes, store.state().now))
        return null
      } catch {
        return retryMs
      }
    })
  }, [store, patientId, span])
  const choose = (chosen: Span) => {
    keepSpan(patientId, chosen)
    setSpan(chosen)
  }
  return [span ?? liveSpan, choose]
}

const answered = (signal: AbortSignal): AbortSignal => AbortSignal.any([signal, AbortSignal.timeout(answerMs)])

/** Asks, and again after as many ms as it answers, until it answers null or is told to stop. */
function repeatedly(ask: (signal: AbortSignal) => Promise<number | null>): () => void {
  const ending = new AbortController()
  let timer = 0
  const next = async () => {
    const waitMs = await ask(ending.signal)
    if (waitMs !== null && !ending.signal.aborted) timer = window.setTimeout(next, waitMs)
  }
  void next()
  return () => {
    ending.abort()
    clearTimeout(timer)
  }
}
