// What the sensors make of the body: a CGM's lag and slow error, a watch's heart rate, a thermometer.
import { drift, type Random } from './random.ts'

/** Whole mg/dL within this range is what such sensors report; beyond it they say LOW or HIGH. */
export const cgmRange = { min: 40, max: 400 } as const

export interface Cgm {
  /** Glucose in the tissue where the sensor sits, mg/dL. */
  tissue: number
  /** Calibration: this share too high or low for as long as the sensor is worn. */
  gain: number
  /** Measurement noise after the first and after the second filter, mg/dL. */
  noise: [number, number]
}

// Blood to tissue: 5 to 12 minutes (Basu et al. 2013, Diabetes 62:4083; Vettoretti et al. 2019, Sensors 19:5320).
const lagMinutes = 8
// The second-order autoregressive noise that Vettoretti et al. 2019 (doi 10.1109/embc.2019.8856790) found in the Dexcom
// G6: z² − 1.220 z + 0.331 at 5 minutes has its poles at time constants of 24 and 5.6 minutes; the innovation variance of
// 3.641 makes a standard deviation of 5 mg/dL.
const noiseMinutes = [24, 5.6] as const
const noiseSd = 5
const firstNoiseSd = noiseSd * Math.sqrt((noiseMinutes[0] + noiseMinutes[1]) / noiseMinutes[0])
const gainSd = 0.04

/** A sensor in place for a while, in a body whose glucose changes by `rate` (mg/dL/min). */
export function wearCgm(glucose: number, rate: number, random: Random): Cgm {
  const noise = firstNoiseSd * random.normal()
  return {
    tissue: glucose - rate * lagMinutes,
    gain: 1 + gainSd * random.trait(),
    noise: [noise, noise * (noiseSd / firstNoiseSd)],
  }
}

/** Moves the sensor on and reads it, mg/dL. */
export function readCgm(cgm: Cgm, glucose: number, minutes: number, random: Random): number {
  cgm.tissue = glucose + (cgm.tissue - glucose) * Math.exp(-minutes / lagMinutes)
  const [first, second] = cgm.noise
  cgm.noise[1] = first + (second - first) * Math.exp(-minutes / noiseMinutes[1])
  cgm.noise[0] = drift(first, firstNoiseSd, noiseMinutes[0], minutes, random)
  const sensed = Math.round(cgm.tissue * cgm.gain + cgm.noise[1])
  return Math.min(cgmRange.max, Math.max(cgmRange.min, sensed))
}
