// The ledger: what was acknowledged, written down before anything is compared with it.
import { createWriteStream } from 'node:fs'

export interface Ledger {
  /** One more record of these bytes must be in the log. */
  acknowledged(bytes: Buffer): void
  /** Sent again, because nobody knew whether it had arrived. */
  retried(): void
  /** A request that was refused: its patient must be nowhere. */
  refused(patientId: string): void
  readonly counts: { acknowledged: number; retries: number; refused: number }
  /** Bytes (base64) → how many were acknowledged. */
  readonly records: ReadonlyMap<string, number>
  readonly refusedPatients: ReadonlySet<string>
  close(): Promise<void>
}

export function createLedger(path: string): Ledger {
  const file = createWriteStream(path)
  const records = new Map<string, number>()
  const refusedPatients = new Set<string>()
  const counts = { acknowledged: 0, retries: 0, refused: 0 }
  return {
    acknowledged(bytes) {
      const text = bytes.toString('base64')
      records.set(text, (records.get(text) ?? 0) + 1)
      counts.acknowledged++
      file.write(`${text}\n`)
    },
    retried: () => void counts.retries++,
    refused(patientId) {
      refusedPatients.add(patientId)
      counts.refused++
    },
    counts,
    records,
    refusedPatients,
    close: () => new Promise((closed) => file.end(closed)),
  }
}
