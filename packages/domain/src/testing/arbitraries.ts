// Random readings for property tests.
import fc from 'fast-check'
import type { Reading } from '../reading/reading.ts'

/** An id as the contract allows it. */
export const anyId = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/)

/** A time that the wire can carry, 1900 to 9999, mostly of this century. */
export const anyTime = fc.oneof(
  fc.integer({ min: Date.UTC(1900, 0, 1), max: Date.UTC(10000, 0, 1) - 1 }),
  fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2040, 0, 1) }),
)

/** Any number that JSON can carry. It carries no −0 back: that is written as 0. */
export const anyValue = fc.double({ noDefaultInfinity: true, noNaN: true }).map((value) => value + 0)

/** Any reading that the parser could accept, plausible or not: at least one signal. */
export const anyReading: fc.Arbitrary<Reading> = fc
  .record({
    patientId: anyId,
    sensorId: fc.option(anyId),
    measuredAt: anyTime,
    glucoseMgdl: fc.option(anyValue),
    heartRateBpm: fc.option(anyValue),
    temperatureC: fc.option(anyValue),
  })
  .filter(
    ({ glucoseMgdl, heartRateBpm, temperatureC }) =>
      glucoseMgdl !== null || heartRateBpm !== null || temperatureC !== null,
  )

/** A glucose value that passes validation, half of them whole numbers as most sensors send. */
export const plausibleGlucose = fc.oneof(
  fc.integer({ min: 20, max: 1000 }),
  fc.double({ min: 20, max: 1000, noNaN: true }),
)
export const plausibleHeartRate = fc.integer({ min: 30, max: 250 })
