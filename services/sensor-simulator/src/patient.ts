// A simulated patient, lived through reading by reading.
import { actOnGlucose, followPlan } from './behaviour.ts'
import { readHeart } from './heart.ts'
import { beginLife, demandOf, hourOf, type Life } from './life.ts'
import { advanceMetabolism } from './metabolism.ts'
import { drift } from './random.ts'
import { readCgm } from './sensors.ts'

/** What the sensors show: mg/dL, beats/min, °C. */
export interface Sample {
  glucoseMgdl: number
  heartRateBpm: number
  temperatureC: number
}

export interface Patient {
  /** Lives on for so many minutes, then reads the sensors. */
  live(minutes: number): Sample
}

/** The longest step of the model, minutes. */
const longestStep = 1
const sensitivityMemory = 360
const leastSensitivity = 0.4

/**
 * The patient number `index` (from 0) of the population that `seed` makes. The same seed, index and steps give the same
 * samples.
 */
export function createPatient(seed: number, index: number): Patient {
  const life = beginLife(seed, index)
  return {
    live(minutes) {
      const steps = Math.ceil(minutes / longestStep)
      for (let i = 0; i < steps; i++) advance(life, minutes / steps)
      return {
        glucoseMgdl: life.sensed,
        heartRateBpm: readHeart(life.heart, demandOf(life), minutes, life.random),
        temperatureC: temperatureOf(life),
      }
    },
  }
}

function advance(life: Life, minutes: number): void {
  const { profile, random, metabolism, exercise } = life
  followPlan(life)
  actOnGlucose(life)
  life.sensitivity = drift(life.sensitivity, profile.instability, sensitivityMemory, minutes, random)
  const influences = {
    basalInsulin: life.basalInsulin,
    exercise: life.minute < exercise.until ? exercise.beats : 0,
    glucoseProduction: 1 + profile.dawn * dawn(hourOf(life)),
    insulinSensitivity: Math.max(leastSensitivity, 1 + life.sensitivity),
  }
  advanceMetabolism(metabolism, profile.body, influences, minutes)
  life.minute += minutes
  life.sensed = readCgm(life.cgm, metabolism.glucose, minutes, random)
}

/** The dawn phenomenon: in the hours before and after six the liver makes more sugar. */
const dawn = (hour: number): number => Math.exp(-(((hour - 6) / 2) ** 2))

/** Highest in the late afternoon, and raised by exercise. */
function temperatureOf(life: Life): number {
  const rhythm = 0.35 * Math.cos((2 * Math.PI * (hourOf(life) - 17)) / 24)
  return Math.round((36.7 + rhythm + 0.008 * life.metabolism.exertion) * 10) / 10
}
