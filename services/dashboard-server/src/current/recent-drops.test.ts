import type { DroppedEvent } from '@health/api'
import { expect, test } from 'vitest'
import { createRecentDrops } from './recent-drops.ts'

const noon = Date.UTC(2026, 10, 25, 12)
const drop = (seconds: number, patient_id = 'p001'): DroppedEvent => ({
  patient_id,
  received_at: new Date(noon + seconds * 1000).toISOString(),
  reasons: ['implausible_glucose'],
})

test('what was dropped of a patient is known for a minute', () => {
  let now = noon
  const drops = createRecentDrops(() => now)
  drops.add([drop(0), drop(0, 'p002')])
  drops.add([drop(30)])
  expect(drops.of('p001')).toEqual([drop(0), drop(30)])
  now = noon + 60_001
  expect(drops.of('p001')).toEqual([drop(30)])
  expect(drops.of('p002')).toEqual([])
})

test('a flood is cut, the newest stay', () => {
  const drops = createRecentDrops(() => noon)
  for (let second = 0; second < 30; second++) drops.add(Array.from({ length: 1000 }, () => drop(second)))
  expect(drops.of('p001')).toHaveLength(10_000)
  expect(drops.of('p001').at(-1)).toEqual(drop(29))
})
