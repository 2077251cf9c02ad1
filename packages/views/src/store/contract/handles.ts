// What the contract's tests share: the store under test, and short ways to write and read it.
import { expect } from 'vitest'
import type { Operation, ViewStore } from '../store.ts'

export interface Handles {
  /** The store under test, empty and opened anew for each test. */
  readonly store: ViewStore
  /** Another handle on the same store, as another service has it. */
  another(): Promise<ViewStore>
}

/** Expects a value that will come; `expect.poll` with the time-out of vitest.config.ts. */
export const eventually = <T>(value: () => T) => expect.poll(value)

export const set =
  (fields: Record<string, string>) =>
  (key: string): Operation => ({ op: 'set', key, fields })

export const tell = (store: ViewStore, ...changes: string[]): Promise<unknown> =>
  store.step(
    [],
    changes.map((change) => ({ op: 'tell', change })),
  )

export async function hashOf(store: ViewStore, key: string): Promise<Record<string, string>> {
  const [reply] = (await store.step([], [{ op: 'getAll', key }])) ?? []
  return reply && 'fields' in reply ? reply.fields : {}
}

export async function listOf(store: ViewStore, key: string): Promise<string[]> {
  const [reply] = (await store.step([], [{ op: 'range', key, from: 0, to: -1 }])) ?? []
  return reply && 'items' in reply ? reply.items : []
}

/** What a watcher was told so far. */
export interface Watched {
  changes: string[]
  ids: string[]
  gaps: number
  stop(): Promise<void>
}

export async function watch(store: ViewStore): Promise<Watched> {
  const watched: Watched = { changes: [], ids: [], gaps: 0, stop: () => stopping.stop() }
  const stopping = await store.watch(
    (changes) => {
      watched.changes.push(...changes.map(({ change }) => change))
      watched.ids.push(...changes.map(({ id }) => id))
    },
    () => {
      watched.gaps++
    },
  )
  return watched
}
