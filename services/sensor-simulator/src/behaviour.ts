// What a patient does: follows the day's plan, and acts on what the CGM shows.
import { type PlannedEvent, planDay } from './day-plan.ts'
import { isAwake, type Life } from './life.ts'
import { bolusFor, drinkSugar, eatMeal, glucosePerGram, injectInsulin } from './metabolism.ts'

const dayMinutes = 1440
// Awake, a low is treated from 70 mg/dL on (level 1); asleep, only the alarm for 54 (level 2) wakes.
const treatsBelow = { awake: 70, asleep: 54 } as const
/** Sugar is drunk for a rise of so many mg/dL: 15 g in an adult of 250 dL. */
const treatmentRise = 60
const pauseBetweenTreatments = 20
const pauseBetweenCorrections = 150
/** No meal is dosed for while the sensor shows less than this, mg/dL. */
const noBolusBelow = 80

/** Lets happen what was planned up to now. */
export function followPlan(life: Life): void {
  if (life.minute >= life.day + dayMinutes) {
    life.day += dayMinutes
    const tomorrow = planDay(life.profile.habits, life.random)
    life.plan.push(...tomorrow.map((event) => ({ ...event, minute: event.minute + life.day })))
  }
  for (let event = life.plan[0]; event !== undefined && event.minute <= life.minute; event = life.plan[0]) {
    life.plan.shift()
    happen(life, event)
  }
}

/** Treats a low, and corrects a high. */
export function actOnGlucose(life: Life): void {
  const { corrects, reacts } = life.profile.habits
  const state = isAwake(life) ? 'awake' : 'asleep'
  const treated = life.sugarAt !== null || life.minute < life.lastSugar + pauseBetweenTreatments
  if (life.sensed < treatsBelow[state] && !treated) {
    life.sugarAt = life.minute + reacts[state] * life.random.between(0.7, 1.3)
  }
  if (life.sugarAt !== null && life.minute >= life.sugarAt) {
    drinkSugar(life.metabolism, treatmentRise / glucosePerGram(life.profile.body))
    life.lastSugar = life.minute
    life.sugarAt = null
  }
  const corrected = life.minute < life.lastBolus + pauseBetweenCorrections
  if (state === 'awake' && life.sensed > corrects.above && !corrected) {
    const excess = life.sensed - life.profile.fasting
    giveBolus(life, (corrects.share * excess) / glucosePerGram(life.profile.body))
  }
}

function happen(life: Life, event: PlannedEvent): void {
  if (event.kind === 'meal') eatMeal(life.metabolism, event.grams)
  else if (event.kind === 'exercise') life.exercise = { until: life.minute + event.minutes, beats: event.beats }
  else if (life.sensed > noBolusBelow) giveBolus(life, event.grams)
}

function giveBolus(life: Life, grams: number): void {
  const { body, fasting } = life.profile
  injectInsulin(life.metabolism, body, bolusFor(body, grams, fasting))
  life.lastBolus = life.minute
}
