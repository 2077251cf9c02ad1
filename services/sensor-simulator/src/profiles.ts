// The kinds of patients: bodies, habits, and the moment of life in which the first of each kind is met.
import type { Body } from './metabolism.ts'

export interface Habits {
  /** Hours of the day; `asleep` may lie before midnight. */
  awake: number
  asleep: number
  meals: readonly { hour: number; grams: number }[]
  /** The share of a meal's carbohydrates that the bolus covers (1: as much sugar is taken away in the end). */
  dosing: number
  bolusAfterMinutes: number
  /** Standard deviation of the logarithm of what is dosed against what was meant. */
  miscounts: number
  /** Probability that a bolus is forgotten. */
  forgets: number
  /** Glucose, mg/dL, above which a correction is given, and the share of the needed dose. */
  corrects: { above: number; share: number }
  exercise: { hour: number; minutes: number; beats: number; chance: number } | null
  /** A dose in the evening that is not needed, in grams of carbohydrates. */
  eveningBolus: { hour: number; grams: number } | null
  /** From the sensor's alarm to the first sip of juice, minutes. */
  reacts: { awake: number; asleep: number }
}

/** Where a life is entered: what the body is doing then decides the next hour. */
export interface Opening {
  hour: number
  /** mg/dL, and mg/dL per minute. */
  glucose: number
  rate: number
}

export interface Profile {
  name: 'steady' | 'brittle' | 'night-hypo' | 'athlete' | 'child'
  body: Body
  habits: Habits
  /** Fasting glucose that the pump's rate is set for, mg/dL. */
  fasting: number
  /** Heart rate awake at rest, beats/min. */
  resting: number
  /** How much more sugar the liver makes before getting up (dawn phenomenon), a share. */
  dawn: number
  /** Standard deviation of insulin sensitivity over a day, a share. */
  instability: number
  opening: Opening
}

// Bodies: subjects 1, 3, 7, 10 and 6 of Kanderian et al. 2009 as identified there; the child has that of the lightest.
const subject1: Body = {
  insulinClearance: 2010,
  insulinAbsorption: [49, 47],
  insulinActionRate: 0.0106,
  insulinSensitivity: 0.000811,
  glucoseEffectiveness: 0.0022,
  glucoseProduction: 1.33,
  glucoseVolume: 253,
  mealAbsorption: 45,
}
const subject3: Body = {
  insulinClearance: 909,
  insulinAbsorption: [71, 70],
  insulinActionRate: 0.0233,
  insulinSensitivity: 0.000463,
  glucoseEffectiveness: 0.0035,
  glucoseProduction: 1.07,
  glucoseVolume: 199,
  mealAbsorption: 55,
}
const subject7: Body = {
  insulinClearance: 1806,
  insulinAbsorption: [60, 60],
  insulinActionRate: 0.0101,
  insulinSensitivity: 0.000816,
  glucoseEffectiveness: 0.0023,
  glucoseProduction: 1.11,
  glucoseVolume: 263,
  mealAbsorption: 35,
}
const subject10: Body = {
  insulinClearance: 1309,
  insulinAbsorption: [53, 53],
  insulinActionRate: 0.0102,
  insulinSensitivity: 0.000603,
  glucoseEffectiveness: 0.00104,
  glucoseProduction: 0.611,
  glucoseVolume: 204,
  mealAbsorption: 45,
}
const subject6: Body = {
  insulinClearance: 588,
  insulinAbsorption: [68, 30],
  insulinActionRate: 0.00915,
  insulinSensitivity: 0.000412,
  glucoseEffectiveness: 0.00101,
  glucoseProduction: 0.603,
  glucoseVolume: 104,
  mealAbsorption: 40,
}

/** The first patients, in this order; further ones take turns. */
export const profiles: readonly [Profile, ...Profile[]] = [
  {
    name: 'steady',
    body: subject1,
    fasting: 112,
    resting: 68,
    dawn: 0.1,
    instability: 0.1,
    habits: {
      awake: 6.5,
      asleep: 22.5,
      meals: [
        { hour: 7.2, grams: 40 },
        { hour: 12.5, grams: 55 },
        { hour: 18.8, grams: 60 },
      ],
      dosing: 0.72,
      bolusAfterMinutes: -15,
      miscounts: 0.22,
      forgets: 0,
      corrects: { above: 200, share: 0.6 },
      exercise: { hour: 17, minutes: 35, beats: 30, chance: 0.6 },
      eveningBolus: null,
      reacts: { awake: 5, asleep: 10 },
    },
    opening: { hour: 10, glucose: 112, rate: 0 },
  },
  {
    name: 'brittle',
    body: subject3,
    fasting: 135,
    resting: 78,
    dawn: 0.3,
    instability: 0.3,
    habits: {
      awake: 7,
      asleep: 23.5,
      meals: [
        { hour: 8, grams: 60 },
        { hour: 13, grams: 80 },
        { hour: 16.5, grams: 30 },
        { hour: 19.5, grams: 80 },
      ],
      dosing: 0.9,
      bolusAfterMinutes: 15,
      miscounts: 0.4,
      forgets: 0.15,
      corrects: { above: 220, share: 1.5 },
      exercise: null,
      eveningBolus: null,
      reacts: { awake: 10, asleep: 20 },
    },
    opening: { hour: 8.8, glucose: 224, rate: 2.6 },
  },
  {
    name: 'night-hypo',
    body: subject7,
    fasting: 118,
    resting: 70,
    dawn: 0.2,
    instability: 0.1,
    habits: {
      awake: 6.5,
      asleep: 23,
      meals: [
        { hour: 7, grams: 50 },
        { hour: 12, grams: 65 },
        { hour: 19, grams: 70 },
      ],
      dosing: 0.75,
      bolusAfterMinutes: -5,
      miscounts: 0.15,
      forgets: 0,
      corrects: { above: 220, share: 0.8 },
      exercise: null,
      eveningBolus: { hour: 22.5, grams: 75 },
      reacts: { awake: 8, asleep: 25 },
    },
    opening: { hour: 1.2, glucose: 80, rate: -2.3 },
  },
  {
    name: 'athlete',
    body: subject10,
    fasting: 120,
    resting: 62,
    dawn: 0.1,
    instability: 0.08,
    habits: {
      awake: 6,
      asleep: 22.5,
      meals: [
        { hour: 7, grams: 70 },
        { hour: 12.3, grams: 80 },
        { hour: 16, grams: 25 },
        { hour: 19.7, grams: 85 },
      ],
      dosing: 0.65,
      bolusAfterMinutes: -10,
      miscounts: 0.15,
      forgets: 0,
      corrects: { above: 220, share: 0.6 },
      exercise: { hour: 17.7, minutes: 65, beats: 88, chance: 1 },
      eveningBolus: null,
      reacts: { awake: 5, asleep: 12 },
    },
    opening: { hour: 17.3, glucose: 158, rate: 0.4 },
  },
  {
    name: 'child',
    body: subject6,
    fasting: 130,
    resting: 90,
    dawn: 0.15,
    instability: 0.12,
    habits: {
      awake: 6.8,
      asleep: 20.5,
      meals: [
        { hour: 7.2, grams: 30 },
        { hour: 10, grams: 12 },
        { hour: 12.5, grams: 40 },
        { hour: 15.5, grams: 15 },
        { hour: 18.2, grams: 40 },
      ],
      dosing: 0.75,
      bolusAfterMinutes: 5,
      miscounts: 0.25,
      forgets: 0.05,
      corrects: { above: 230, share: 0.6 },
      exercise: { hour: 15.8, minutes: 45, beats: 30, chance: 0.8 },
      eveningBolus: null,
      reacts: { awake: 5, asleep: 10 },
    },
    opening: { hour: 12.4, glucose: 138, rate: 0.3 },
  },
]
