// The devices of a patient: their ids, which of them measures what, and how each puts a reading into words.
import { formatReading, mgdlPerMmol, type Reading } from '@health/domain'
import type { Sample } from './patient.ts'

/** One device's reading, and its message. */
export interface Measurement {
  reading: Reading
  format(reading: Reading): string
}

/** Reads a patient's devices: `sample` is what they show at `measuredAt`, the patient's reading number `count`. */
export type Devices = (sample: Sample, measuredAt: number, count: number) => Measurement[]

/** Every so many readings a patient takes the temperature. */
const temperatureEvery = 30

/**
 * The devices of patient number `index` (from 0): p001, p002 … with one sensor each. The second's speaks in mmol/L; the
 * fourth wears a watch beside the CGM, with messages of its own; the fifth is the original Python sensor, `sensor_001`,
 * and speaks as it did.
 */
export function devicesOf(index: number): Devices {
  const number = String(index + 1).padStart(3, '0')
  if (index === 1) return sensorInMmol(number)
  if (index === 3) return cgmAndWatch(number)
  return index === 4 ? originalSensor : oneSensor(number)
}

const oneSensor =
  (number: string): Devices =>
  (sample, measuredAt, count) => {
    const temperatureC = count % temperatureEvery === 0 ? sample.temperatureC : null
    const reading = { patientId: `p${number}`, sensorId: `cgm-${number}`, measuredAt, ...sample, temperatureC }
    return [{ reading, format: formatReading }]
  }

const sensorInMmol =
  (number: string): Devices =>
  ({ glucoseMgdl, heartRateBpm }, measuredAt) => {
    const of = { patientId: `p${number}`, sensorId: `cgm-${number}`, measuredAt }
    return [{ reading: { ...of, glucoseMgdl, heartRateBpm, temperatureC: null }, format: formatInMmol }]
  }

/** As meters outside of America show it: mmol/L with one decimal. */
const formatInMmol = (reading: Reading): string =>
  JSON.stringify({
    patient_id: reading.patientId,
    sensor_id: reading.sensorId,
    measured_at: new Date(reading.measuredAt).toISOString(),
    glucose: Math.round(((reading.glucoseMgdl ?? 0) / mgdlPerMmol) * 10) / 10,
    glucose_unit: 'mmol/L',
    heart_rate_bpm: reading.heartRateBpm,
  })

const cgmAndWatch =
  (number: string): Devices =>
  ({ glucoseMgdl, heartRateBpm }, measuredAt) => {
    const of = { patientId: `p${number}`, measuredAt, temperatureC: null }
    return [
      { reading: { ...of, sensorId: `cgm-${number}`, glucoseMgdl, heartRateBpm: null }, format: formatReading },
      { reading: { ...of, sensorId: `watch-${number}`, glucoseMgdl: null, heartRateBpm }, format: formatReading },
    ]
  }

const originalSensor: Devices = (sample, measuredAt) => [
  { reading: { patientId: 'sensor_001', sensorId: 'sensor_001', measuredAt, ...sample }, format: formatAsOriginal },
]

/** The message of the original's `sensor_dummy.py`: epoch seconds, no patient, its own names. */
const formatAsOriginal = (reading: Reading): string =>
  JSON.stringify({
    sensor_id: reading.sensorId,
    timestamp: reading.measuredAt / 1000,
    heart_rate: reading.heartRateBpm,
    glucose_level: reading.glucoseMgdl,
    temperature: reading.temperatureC,
  })
