// The ledger: what was acknowledged, written down before anything is compared with it.
import { createWriteStream } from 'node:fs'

export interface Ledger {
  /** One more record of these bytes must be in the log. */
  acknowledged(bytes: Buffer): void
  /** Nobody knows whether a record of these bytes is in the log, and it was not sent again. */
  unknown(bytes: Buffer): void
  /** Sent again, because nobody knew whether it had arrived. */
  retried(): void
  /** A request that was refused: its patient must be nowhere. */
  refused(patientId: string): void
  readonly counts: { acknowledged: number; retries: number; refused: number }
  /** Bytes (base64) → how many were acknowledged. */
  readonly records: ReadonlyMap<string, number>
  /** The same for those that may be there. */
  readonly possible: ReadonlyMap<string, number>
  readonly refusedPatients: ReadonlySet<string>
  close(): Promise<void>
}

export function createLedger(path: string): Ledger {
  const file = createWriteStream(path)
  const records = new Map<string, number>()
  const possible = new Map<string, number>()
  const refusedPatients = new Set<string>()
  const counts = { acknowledged: 0, retries: 0, refused: 0 }
  const countIn = (counted: Map<string, number>, text: string) => counted.set(text, (counted.get(text) ?? 0) + 1)
  return {
    acknowledged(bytes) {
      const text = bytes.toString('base64')
      countIn(records, text)
      counts.acknowledged++
      file.write(`${text}\n`)
    },
    unknown: (bytes) => void countIn(possible, bytes.toString('base64')),
    retried: () => void counts.retries++,
    refused(patientId) {
      refusedPatients.add(patientId)
      counts.refused++
    },
    counts,
    records,
    possible,
    refusedPatients,
    close: () => new Promise((closed) => file.end(closed)),
  }
}
