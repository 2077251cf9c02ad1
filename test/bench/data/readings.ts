// The messages that both sides are measured with: seeded, so that every run sends the same bytes.
import type { DropReason } from '@health/domain'
import { createRandom, type Random } from '../../faults/random.ts'

export interface BenchMessage {
  patientId: string
  json: string
  /** Why a part or all of it is dropped; `null` for a reading that counts whole. */
  dropped: DropReason | null
}

const seed = 20_260_101
/** The first reading of a backlog; each is ten milliseconds younger than the one before. */
const begin = Date.UTC(2026, 0, 1)
const stepMs = 10

export const patientId = (n: number): string => `P${String(n).padStart(4, '0')}`
const sensorId = (n: number): string => `cgm-${String(n).padStart(4, '0')}`

/**
 * A backlog: readings of `patients` in random order, of which 1 % have an impossible glucose, 0.5 % a negative heart rate,
 * and 0.1 % are broken JSON. `seq` and `battery` are fields that nobody asked for, as real devices send them.
 */
export function createBacklogMessages(patients: number): () => BenchMessage {
  const random = createRandom(seed)
  let seq = 0
  return () => {
    const n = random.integer(0, patients - 1)
    const { glucose, heartRate, dropped } = randomValues(random)
    const isBroken = random.chance(0.001)
    const head = `{"patient_id":"${patientId(n)}","sensor_id":`
    const at = new Date(begin + seq * stepMs).toISOString()
    const values = `"glucose_mgdl":${glucose.toFixed(1)},"heart_rate_bpm":${heartRate}`
    const json = isBroken
      ? head
      : `${head}"${sensorId(n)}","measured_at":"${at}",${values},"seq":${seq},"battery":${50 + (seq % 50)}}`
    seq++
    return { patientId: patientId(n), json, dropped: isBroken ? 'invalid_json' : dropped }
  }
}

export interface RandomValues {
  glucose: number
  heartRate: number
  dropped: DropReason | null
}

/** Glucose in mg/dL with one decimal, beats a minute. One of the two may be impossible, never both. */
export function randomValues(random: Random): RandomValues {
  const kind = random.next()
  const glucose = Math.round(10 * Math.max(40, 130 + 60 * (random.next() + random.next() + random.next() - 1.5))) / 10
  const heartRate = random.integer(60, 119)
  if (kind < 0.005) return { glucose: -5, heartRate, dropped: 'implausible_glucose' }
  if (kind < 0.01) return { glucose: 2500, heartRate, dropped: 'implausible_glucose' }
  if (kind < 0.015) return { glucose, heartRate: -random.integer(1, 50), dropped: 'implausible_heart_rate' }
  return { glucose, heartRate, dropped: null }
}

/**
 * Readings as they happen, the patients in turn: steady values, so that statuses change as seldom as in life. `measuredAt`
 * is epoch ms.
 */
export function createLiveReadings(patients: number): (measuredAt: number) => Omit<BenchMessage, 'dropped'> {
  const random = createRandom(seed)
  let seq = 0
  return (measuredAt) => {
    const n = seq % patients
    const values = `"glucose_mgdl":${85 + (n % 80) + random.integer(0, 1)},"heart_rate_bpm":${60 + (n % 30)}`
    const at = new Date(measuredAt).toISOString()
    const json = `{"patient_id":"${patientId(n)}","sensor_id":"${sensorId(n)}","measured_at":"${at}",${values},"seq":${seq++}}`
    return { patientId: patientId(n), json }
  }
}
