// Why no new value comes, or none of somebody: what a person who sleeps beside the page has to be woken for as well.

import type { State } from './state.ts'
import { flowOf, isHalted } from './troubles.ts'

/** One for each cause; the same while it lasts. */
export function silencesOf(state: State): string[] {
  const flow = flowOf(state)
  if (flow === 'connecting') return []
  if (flow !== 'live' && flow !== 'quiet') return [flow]
  // While values come, who is stale is silent.
  return isHalted(state)
    ? []
    : state.ranking.filter(({ stale }) => stale).map(({ patient_id }) => `sensor ${patient_id}`)
}

/** Less may pass by itself. */
const graceMs = 30_000
/** Of a line or a part that stays away is told again so often; of a sensor once. */
const repeatMs = 5 * 60_000

/** Follows the silences: answers at which moments they are to be told. Of those that it begins with nothing is told. */
export function createSilenceWatch() {
  let since: Map<string, { begun: number; toldAt: number | null }> | null = null
  return (silences: readonly string[], now: number): boolean => {
    const isFirst = since === null
    const before = since ?? new Map()
    since = new Map(silences.map((cause) => [cause, before.get(cause) ?? { begun: now, toldAt: isFirst ? now : null }]))
    let isDue = false
    for (const [cause, silence] of since) {
      const isNew = silence.toldAt === null && now - silence.begun >= graceMs
      const isAgain = silence.toldAt !== null && !cause.startsWith('sensor ') && now - silence.toldAt >= repeatMs
      if (!isNew && !isAgain) continue
      silence.toldAt = now
      isDue = true
    }
    return isDue
  }
}
