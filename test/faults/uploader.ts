// What sends readings from a home: some sensors at one reading a second each, kept until the bridge has acknowledged them.
import { post } from './faults.fixture.ts'

export interface Uploader {
  /** The sensor of this patient says nothing more, until it `speaks`. */
  silence(patientId: string): void
  speaks(patientId: string): void
  /** When each acknowledged reading of a patient was measured: epoch ms, whole seconds. */
  acknowledged(patientId: string): number[]
  stop(): void
}

interface Sample {
  patient_id: string
  measured_at: number
  glucose_mgdl: number
  heart_rate_bpm: number
  temperature_c: number
}

export function startUploader(ingest: string, patientIds: readonly string[]): Uploader {
  const silent = new Set<string>()
  const taken: Sample[] = []
  let waiting: Sample[] = []
  let sending = false

  async function send(): Promise<void> {
    if (sending || waiting.length === 0) return
    sending = true
    const sent = [...waiting]
    const body = sent.map((sample) => JSON.stringify(sample)).join('\n')
    if ((await post(ingest, body)) === 202) {
      waiting = waiting.slice(sent.length)
      taken.push(...sent)
    }
    sending = false
  }

  const timer = setInterval(() => {
    const second = Math.floor(Date.now() / 1000)
    const values = { glucose_mgdl: 100 + (second % 40), heart_rate_bpm: 60 + (second % 20), temperature_c: 36.6 }
    for (const patient_id of patientIds) {
      if (!silent.has(patient_id)) waiting.push({ patient_id, measured_at: second * 1000, ...values })
    }
    void send()
  }, 1000)

  return {
    silence: (patientId) => void silent.add(patientId),
    speaks: (patientId) => void silent.delete(patientId),
    acknowledged: (patientId) =>
      taken.filter(({ patient_id }) => patient_id === patientId).map(({ measured_at }) => measured_at),
    stop: () => clearInterval(timer),
  }
}
