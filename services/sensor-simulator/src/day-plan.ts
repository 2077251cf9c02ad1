// What a day brings: meals with their boluses, exercise, a misjudged dose in the evening. Drawn anew for each day.
import type { Habits } from './profiles.ts'
import type { Random } from './random.ts'

/** Something that happens at a minute of the day (0 is midnight; it may lie beyond 1440). */
export type PlannedEvent = { minute: number } & (
  | { kind: 'meal'; grams: number }
  /** Insulin for so many grams of carbohydrates. */
  | { kind: 'bolus'; grams: number }
  | { kind: 'exercise'; minutes: number; beats: number }
)

/** The events of one day, in their order. */
export function planDay(habits: Habits, random: Random): PlannedEvent[] {
  const events: PlannedEvent[] = []
  for (const { hour, grams } of habits.meals) {
    const minute = hour * 60 + 15 * random.normal()
    const eaten = grams * spread(0.2, random)
    events.push({ minute, kind: 'meal', grams: eaten })
    if (random.chance(habits.forgets)) continue
    const dose = eaten * habits.dosing * spread(habits.miscounts, random)
    events.push({ minute: minute + habits.bolusAfterMinutes + 5 * random.normal(), kind: 'bolus', grams: dose })
  }
  const { exercise, eveningBolus } = habits
  if (exercise !== null && random.chance(exercise.chance)) {
    const minute = exercise.hour * 60 + 10 * random.normal()
    const minutes = exercise.minutes * spread(0.15, random)
    events.push({ minute, kind: 'exercise', minutes, beats: exercise.beats * spread(0.07, random) })
  }
  if (eveningBolus !== null) {
    const minute = eveningBolus.hour * 60 + 10 * random.normal()
    events.push({ minute, kind: 'bolus', grams: eveningBolus.grams * spread(0.15, random) })
  }
  return events.sort((a, b) => a.minute - b.minute)
}

/** A factor around 1, log-normal. */
const spread = (sd: number, random: Random): number => Math.exp(sd * random.normal())
