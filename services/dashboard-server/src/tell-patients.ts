// Tells the rows of changed patients: each browser at most four times a second, and all of them in shares, one after the
// other, so that however many there are, nobody waits long for anything else.
import type { PatientRow } from '@health/domain'
import { createThrottle } from './throttle.ts'

export interface PatientsOptions {
  rowsOf(patientIds: Iterable<string>): PatientRow[]
  /** How many browsers a share has now. */
  browsersOf(share: number): number
  tell(share: number, changed: PatientRow[]): void
  /** Epoch ms. */
  now(): number
}

export interface PatientTeller {
  /** The share of a browser that has just come. */
  place(): number
  changed(patientIds: Iterable<string>): void
  stop(): void
}

const everyMs = 250
const browsersPerShare = 50
/** Rows told in one go, counted by browser: some 30 MB. What is more waits for the next. */
const rowsAtOnce = 80_000

export function createPatientTeller({ rowsOf, browsersOf, tell, now }: PatientsOptions): PatientTeller {
  /** By share: the patients whose rows are due. */
  const due: Set<string>[] = []
  let turn = 0
  const throttle = createThrottle(everyMs, run, now)

  function run(): void {
    let rows = 0
    for (let told = 0; told < due.length && rows < rowsAtOnce; told++) {
      const share = turn++ % due.length
      const patientIds = due[share]
      const browsers = browsersOf(share)
      if (patientIds === undefined || patientIds.size === 0) continue
      if (browsers > 0) tell(share, rowsOf(patientIds))
      rows += browsers * patientIds.size
      patientIds.clear()
    }
    if (due.some(({ size }) => size > 0)) throttle.request()
  }

  return {
    place() {
      const roomy = due.findIndex((_, share) => browsersOf(share) < browsersPerShare)
      return roomy === -1 ? due.push(new Set()) - 1 : roomy
    },
    changed(patientIds) {
      for (const patientId of patientIds) for (const share of due) share.add(patientId)
      if (due.some(({ size }) => size > 0)) throttle.request()
    },
    stop: throttle.stop,
  }
}
