// A reading: one timestamped message from one sensor about one patient, in the one form every layer works on.

/** The signals a reading may carry, in the order of the canonical JSON and of the lake's columns. */
export const signals = ['glucoseMgdl', 'heartRateBpm', 'temperatureC'] as const

export type Signal = (typeof signals)[number]

/** Each signal's name on the wire, in the lake and in the views. */
export const wireNames = {
  glucoseMgdl: 'glucose_mgdl',
  heartRateBpm: 'heart_rate_bpm',
  temperatureC: 'temperature_c',
} as const satisfies Record<Signal, string>

/** A set of signals as a number: the sum of their bits. */
export const signalBits = { glucoseMgdl: 1, heartRateBpm: 2, temperatureC: 4 } as const satisfies Record<Signal, number>

/** The values of the signals: mg/dL, beats/min, °C; `null` where the message had none. */
export type SignalValues = Record<Signal, number | null>

export interface Reading extends SignalValues {
  patientId: string
  /** `null` where the message named no sensor. */
  sensorId: string | null
  /** Event time, epoch milliseconds. */
  measuredAt: number
}

export const maxIdLength = 64
/** A patient's or sensor's id: 1–64 of `A-Z a-z 0-9 . _ -`, starting with a letter or digit. */
export const idPattern = new RegExp(`^[A-Za-z0-9][A-Za-z0-9._-]{0,${maxIdLength - 1}}$`)

/**
 * The canonical JSON of a reading: fields in the order of the contract, absent ones left out, the time RFC 3339 in
 * UTC with milliseconds. A lake row whose record has exactly these bytes needs no raw copy.
 */
export function formatReading(reading: Reading): string {
  let json = `{"patient_id":"${reading.patientId}"`
  if (reading.sensorId !== null) json += `,"sensor_id":"${reading.sensorId}"`
  json += `,"measured_at":"${new Date(reading.measuredAt).toISOString()}"`
  for (const signal of signals) {
    const value = reading[signal]
    if (value !== null) json += `,"${wireNames[signal]}":${value}`
  }
  return `${json}}`
}
