// One patient's life: who it is, what the body is doing, and what is planned for the day.
import { type PlannedEvent, planDay } from './day-plan.ts'
import { beatAt, type Demand, type Heart } from './heart.ts'
import { basalFor, type Metabolism, restingMetabolism, setRate } from './metabolism.ts'
import { type Opening, type Profile, profiles } from './profiles.ts'
import { createRandom, type Random } from './random.ts'
import { type Cgm, wearCgm } from './sensors.ts'

export interface Life {
  readonly profile: Profile
  readonly random: Random
  /** From the pump, µU/min. */
  readonly basalInsulin: number
  /** Minutes since midnight of the first day. */
  minute: number
  metabolism: Metabolism
  heart: Heart
  cgm: Cgm
  /** The CGM's last value, mg/dL: all that the patient knows. */
  sensed: number
  /** Insulin sensitivity of the moment, as a share above (or, negative, below) the usual. */
  sensitivity: number
  /** What is still to come of the day that began at `day`. */
  plan: PlannedEvent[]
  day: number
  exercise: { until: number; beats: number }
  lastBolus: number
  /** When sugar will be drunk, once the alarm has sounded; else `null`. */
  sugarAt: number | null
  lastSugar: number
}

/** The patient number `index` (from 0) of the population that `seed` makes, as met at first. */
export function beginLife(seed: number, index: number): Life {
  const random = createRandom(seed, index)
  const profile = individual(profiles[index % profiles.length] ?? profiles[0], random)
  const opening = index < profiles.length ? profile.opening : anyMoment(profile, random)
  const minute = opening.hour * 60
  const metabolism = restingMetabolism(profile.body, opening.glucose, profile.fasting)
  setRate(metabolism, profile.body, opening.rate)
  const life: Life = {
    profile,
    random,
    basalInsulin: basalFor(profile.body, profile.fasting),
    minute,
    metabolism,
    heart: { rate: 0, activity: 0, unrest: 0 },
    cgm: wearCgm(opening.glucose, opening.rate, random),
    sensed: opening.glucose,
    sensitivity: 0,
    plan: planDay(profile.habits, random).filter((event) => event.minute >= minute),
    day: 0,
    exercise: { until: minute, beats: 0 },
    lastBolus: minute - 60,
    sugarAt: null,
    lastSugar: minute - 60,
  }
  life.heart = beatAt(demandOf(life))
  return life
}

/** 0 to 24. */
export const hourOf = (life: Life): number => (life.minute / 60) % 24

export function isAwake(life: Life): boolean {
  const { awake, asleep } = life.profile.habits
  const hour = hourOf(life)
  return hour >= awake && hour < asleep
}

/** What the heart has to provide for now. */
export function demandOf(life: Life): Demand {
  const { exertion, gut, adrenaline } = life.metabolism
  return {
    resting: life.profile.resting,
    hour: hourOf(life),
    awake: isAwake(life),
    exercise: exertion,
    digesting: gut,
    adrenaline,
  }
}

/** People of one kind are not the same person. */
function individual(profile: Profile, random: Random): Profile {
  const around = (value: number, share: number) => value * Math.exp(share * random.trait())
  const { body } = profile
  return {
    ...profile,
    body: {
      ...body,
      insulinSensitivity: around(body.insulinSensitivity, 0.08),
      mealAbsorption: around(body.mealAbsorption, 0.08),
    },
    resting: around(profile.resting, 0.04),
    fasting: around(profile.fasting, 0.04),
  }
}

const anyMoment = (profile: Profile, random: Random): Opening => ({
  hour: random.between(0, 24),
  glucose: profile.fasting * Math.exp(0.25 * random.trait()),
  rate: 0.3 * random.trait(),
})
