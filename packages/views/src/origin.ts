// The views' origin: which life of theirs this is, and the time zone whose days they count.
import { randomUUID } from 'node:crypto'
import { ConfigError } from '@health/runtime'
import { metaKey } from './keys.ts'
import { fieldsOf } from './partition-state.ts'
import type { Guard, ViewStore } from './store/store.ts'

export interface ViewsOrigin {
  /** Another one after the views were emptied: what was begun in an earlier life must not end in this one. */
  epoch: string
  dayTimeZone: string
}

/** What the views were built for; `null` while they are empty. */
export async function readOrigin(store: ViewStore): Promise<ViewsOrigin | null> {
  const { epoch, dayTimeZone } = fieldsOf((await store.step([], [{ op: 'getAll', key: metaKey }]))?.[0])
  return epoch === undefined || dayTimeZone === undefined ? null : { epoch, dayTimeZone }
}

/**
 * Makes empty views count the days of `dayTimeZone`; those that exist keep their origin. Throws a `ConfigError` when
 * they count the days of another zone, which must not be mixed.
 */
export async function claimViews(store: ViewStore, dayTimeZone: string): Promise<ViewsOrigin> {
  const claim = { epoch: randomUUID(), dayTimeZone }
  const unclaimed: Guard = { key: metaKey, field: 'epoch', equals: null }
  await store.step([unclaimed], [{ op: 'set', key: metaKey, fields: claim }])
  const origin = (await readOrigin(store)) ?? claim
  if (origin.dayTimeZone === dayTimeZone) return origin
  throw new ConfigError(
    `DAY_TIME_ZONE is ${dayTimeZone}, but the views count the days of ${origin.dayTimeZone}. Give every service the same zone; restarting the speed layer with it rebuilds the views.`,
  )
}
