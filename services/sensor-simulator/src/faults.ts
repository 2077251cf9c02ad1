// Faults on purpose: messages spoilt in the ways that sensors and networks spoil them, so that validation is seen at work.
import type { Measurement } from './devices.ts'
import { createRandom, type Random } from './random.ts'

export const faultKinds = [
  /** The classic sensor fault; the message's glucose stays good. */
  'negative_heart_rate',
  'impossible_glucose',
  /** The message breaks off. */
  'broken_json',
  /** Nobody's, or of no time. */
  'missing_field',
  /** Beyond any honest clock. */
  'future_time',
  /** Good, but sent twice. */
  'duplicate',
  /** Good, but sent after the next message of the patient. */
  'late',
] as const
export type FaultKind = (typeof faultKinds)[number]

export interface Outgoing {
  payload: string
  fault: FaultKind | null
}

/** Puts a patient's measurements into the messages to be sent for them, in that order. */
export type Transmission = (measurement: Measurement) => Outgoing[]

const farFutureMs = 3_600_000
const impossibleGlucose = [-1, 0, 9, 1200, 9999] as const

/** A transmission that spoils the share `rate` (0 to 1) of the messages, each kind of fault as often, by `seeds`. */
export function createTransmission(rate: number, ...seeds: number[]): Transmission {
  const random = createRandom(...seeds)
  let held: Outgoing[] = []
  return (measurement) => {
    const payload = measurement.format(measurement.reading)
    const fault = random.chance(rate) ? random.pick(faultKinds) : null
    if (fault === 'late') {
      held.push({ payload, fault })
      return []
    }
    const late = held
    held = []
    if (fault === null) return [{ payload, fault }, ...late]
    if (fault === 'duplicate') return [{ payload, fault: null }, { payload, fault }, ...late]
    return [{ payload: spoil(fault, measurement, payload, random), fault }, ...late]
  }
}

type Spoiling = Exclude<FaultKind, 'duplicate' | 'late'>

function spoil(fault: Spoiling, { reading, format }: Measurement, message: string, random: Random): string {
  switch (fault) {
    case 'negative_heart_rate':
      return format({ ...reading, heartRateBpm: -Math.ceil(random.between(0, 100)) })
    case 'impossible_glucose':
      return format({ ...reading, glucoseMgdl: random.pick(impossibleGlucose) })
    case 'future_time':
      return format({ ...reading, measuredAt: reading.measuredAt + farFutureMs })
    case 'broken_json':
      return message.slice(0, Math.floor(random.between(1, message.length)))
    case 'missing_field':
      return withoutFields(message, random.pick([owners, times]))
    default:
      return fault satisfies never
  }
}

const owners = ['patient_id', 'sensor_id']
const times = ['measured_at', 'timestamp']

function withoutFields(message: string, names: string[]): string {
  const fields = Object.entries(JSON.parse(message) as Record<string, unknown>)
  return JSON.stringify(Object.fromEntries(fields.filter(([name]) => !names.includes(name))))
}
