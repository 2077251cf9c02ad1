// A source of messages: a simulated patient with its devices, on a line that spoils some of what they say.
import { devicesOf } from './devices.ts'
import { createTransmission, type Outgoing } from './faults.ts'
import { createPatient } from './patient.ts'

export interface Source {
  /** The messages of the patient's next reading, to be sent in this order. `measuredAt` is epoch ms. */
  next(measuredAt: number): Outgoing[]
}

export interface SourceOptions {
  seed: number
  /** Share of the messages that are faulty, 0 to 1. */
  faultRate: number
  /** Minutes of the patient's life from one reading to the next. */
  minutesPerReading: number
}

/** Patient number `index` (from 0). The same options and times give the same messages. */
export function createSource(index: number, { seed, faultRate, minutesPerReading }: SourceOptions): Source {
  const patient = createPatient(seed, index)
  const devices = devicesOf(index)
  // Another stream of numbers than the patient's own: the share of faults leaves the readings as they are.
  const transmit = createTransmission(faultRate, seed, index, 1)
  let count = 0
  return {
    next: (measuredAt) => devices(patient.live(minutesPerReading), measuredAt, count++).flatMap(transmit),
  }
}
