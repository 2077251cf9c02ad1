// Heart rate: rest and its daily rhythm, everyday activity, exercise, digestion, adrenaline, and the beat's own unrest.
import type { Random } from './random.ts'
import { drift } from './random.ts'

export interface Heart {
  /** Beats/min without unrest. */
  rate: number
  /** Everyday activity and the beat's own unrest, beats/min. */
  activity: number
  unrest: number
}

export interface Demand {
  /** Awake at rest, beats/min. */
  resting: number
  /** 0 to 24. */
  hour: number
  awake: boolean
  /** What exercise adds, beats/min. */
  exercise: number
  /** Grams of carbohydrates in the gut. */
  digesting: number
  /** 0 to 1. */
  adrenaline: number
}

// Lowest between 3 and 7 o'clock (Speed et al. 2023, PLOS Digit Health 2(4):e0000236, 433 people and 18,520 nights).
const lowestHour = 4.5
const nightDip = 10
const activitySd = 6
const activityMinutes = 25
const unrestSd = 2
const unrestMinutes = 2
// Koivikko et al. 2005 (Diabetes 54(3):744) saw 72 ± 9 become 80 ± 11 in type 1 diabetes at 2.0–2.5 mmol/L; twice that
// at full alarm also covers the shaking and the walk to the kitchen.
const adrenalineBeats = 18
const digestionBeatsPerGram = 0.15
// The heart answers exercise within a minute and calms down more slowly.
const riseMinutes = 1
const fallMinutes = 2.5

export const beatAt = (demand: Demand): Heart => ({ rate: demanded(demand), activity: 0, unrest: 0 })

/** Moves the heart on and counts it, beats/min. */
export function readHeart(heart: Heart, demand: Demand, minutes: number, random: Random): number {
  heart.activity = drift(heart.activity, activitySd, activityMinutes, minutes, random)
  heart.unrest = drift(heart.unrest, unrestSd, unrestMinutes, minutes, random)
  const target = demanded(demand) + (demand.awake ? Math.max(-3, heart.activity) : heart.activity / 4)
  const pace = target > heart.rate ? riseMinutes : fallMinutes
  heart.rate = target + (heart.rate - target) * Math.exp(-minutes / pace)
  return Math.round(heart.rate + heart.unrest)
}

function demanded({ resting, hour, exercise, digesting, adrenaline }: Demand): number {
  const night = (1 + Math.cos((2 * Math.PI * (hour - lowestHour)) / 24)) / 2
  return (
    resting -
    nightDip * night +
    exercise +
    digestionBeatsPerGram * Math.min(digesting, 40) +
    adrenalineBeats * adrenaline
  )
}
