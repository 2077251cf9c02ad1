// What the clients send: readings of every kind that a real day brings, valid or not, each decided by the seed.
import type { Random } from './random.ts'

export interface Sent {
  bytes: Buffer
  patientId: string
  /** HTTP refuses what is no reading; by MQTT everything goes into the log. */
  isReading: boolean
}

export interface ReadingSource {
  next(): Sent
}

const minute = 60_000
const day = 86_400_000

/** Readings of `patients`, those named first the most often. Times are told from `now` (epoch ms). */
export function createReadings(patients: readonly string[], random: Random, now: () => number): ReadingSource {
  const sent: Sent[] = []
  let newest = 0

  /** A time that no reading had before. */
  function freshTime(): number {
    newest = Math.max(newest + 1, now())
    return newest
  }

  function pickPatient(): string {
    const share = random.next()
    return patients[Math.floor(share * share * patients.length)] ?? ''
  }

  function create(): Sent {
    const patientId = pickPatient()
    const kind = random.integer(1, 100)
    const reading = (measuredAt: number, signals: object = signalsOf(random)) =>
      asSent(patientId, { patient_id: patientId, ...sensorOf(random), measured_at: iso(measuredAt), ...signals })
    if (kind <= 8 && sent.length > 0) return random.pick(sent)
    if (kind <= 12 && sent.length > 0) return conflictingWith(random.pick(sent), random)
    if (kind <= 19) return reading(now() - random.integer(10 * minute, 2 * day))
    if (kind <= 22) return reading(now() - random.integer(30 * day, 3000 * day))
    if (kind <= 27) return reading(midnight(now()) + random.integer(-3000, 3000))
    if (kind <= 30) return reading(freshTime(), { heart_rate_bpm: -5, glucose_mgdl: random.integer(40, 400) })
    if (kind <= 33) return reading(freshTime(), { glucose_mgdl: random.pick([5, 1e6]) })
    if (kind <= 35) return reading(now() + random.integer(10 * minute, 10 * day))
    if (kind <= 38) return reading(freshTime(), { glucose: random.integer(20, 220) / 10, glucose_unit: 'mmol/L' })
    if (kind <= 41) return asSent(patientId, original(patientId, freshTime(), random))
    if (kind <= 44) return noReading(patientId, random)
    return reading(freshTime())
  }

  return {
    next() {
      const created = create()
      sent.push(created)
      if (sent.length > 500) sent.shift()
      return created
    },
  }
}

const iso = (ms: number): string => new Date(ms).toISOString()
const midnight = (ms: number): number => Math.floor(ms / day) * day

const asSent = (patientId: string, message: object): Sent => ({
  patientId,
  bytes: Buffer.from(JSON.stringify(message)),
  isReading: true,
})

const sensorOf = (random: Random): object => (random.chance(0.9) ? { sensor_id: 'cgm-1' } : {})

function signalsOf(random: Random): object {
  const glucose = { glucose_mgdl: random.integer(400, 3200) / 10 }
  const heart = { heart_rate_bpm: random.integer(35, 180) }
  return random.pick([glucose, { ...glucose, ...heart }, { ...glucose, ...heart, temperature_c: 36.6 }, heart])
}

/** The same identity with other values: the first in the log counts. */
function conflictingWith({ bytes, patientId, isReading }: Sent, random: Random): Sent {
  if (!isReading) return { bytes, patientId, isReading }
  return asSent(patientId, { ...JSON.parse(bytes.toString()), glucose_mgdl: random.integer(40, 400) })
}

const original = (patientId: string, ms: number, random: Random): object => ({
  sensor_id: patientId,
  timestamp: ms / 1000,
  heart_rate: random.integer(50, 110),
  glucose_level: random.integer(60, 300),
  temperature: 36.6,
})

function noReading(patientId: string, random: Random): Sent {
  const bytes = random.pick([
    Buffer.alloc(0),
    Buffer.from('{"patient_id":'),
    Buffer.from('null'),
    Buffer.from([0x7b, 0xff, 0xfe]),
    Buffer.from(`{"patient_id":"${patientId}","glucose_mgdl":100}`),
    Buffer.from(`{"patient_id":"somebody-else","measured_at":"2026-01-01T00:00:00Z","glucose_mgdl":100}`),
    Buffer.from(`{"patient_id":"${patientId}","measured_at":"2026-02-30T00:00:00Z","glucose_mgdl":100}`),
  ])
  return { bytes, patientId, isReading: false }
}
