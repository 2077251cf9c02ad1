// The contract of changes: who is told, in which order, and how it shows that something is missing.
import { describe, expect, test } from 'vitest'
import { eventually, type Handles, hashOf, set, tell, watch } from './handles.ts'

export function describeWatching(handles: Handles): void {
  describe('watching', () => {
    test('tells every change in order, whichever handle told it', async () => {
      const other = await handles.another()
      const watched = await watch(handles.store)
      const expected = Array.from({ length: 300 }, (_, i) => `change ${i}`)
      for (const [i, change] of expected.entries()) await tell(i % 3 === 0 ? other : handles.store, change)
      await eventually(() => watched.changes.length).toBe(expected.length)
      expect(watched.changes).toEqual(expected)
      expect(new Set(watched.ids).size).toBe(expected.length)
      expect(watched.gaps).toBe(0)
    })

    test('tells the changes of one step together with what the step wrote', async () => {
      const seen: Promise<Record<string, string>>[] = []
      await handles.store.watch(
        (changes) => seen.push(...changes.map(() => hashOf(handles.store, 'k'))),
        () => {},
      )
      const other = await handles.another()
      await other.step([], [{ op: 'tell', change: 'first' }, set({ n: '1' })('k'), { op: 'tell', change: 'second' }])
      await eventually(() => seen.length).toBe(2)
      expect(await Promise.all(seen)).toEqual([{ n: '1' }, { n: '1' }])
    })

    test('keeps any text', async () => {
      const watched = await watch(handles.store)
      const changes = ['', 'é😀\0', '{"kind":"applied"}', 'x'.repeat(100_000)]
      await tell(handles.store, ...changes)
      await eventually(() => watched.changes).toEqual(changes)
    })

    test('starts with what is told later', async () => {
      await tell(handles.store, 'before')
      const first = await watch(handles.store)
      await tell(handles.store, 'between')
      const second = await watch(handles.store)
      await tell(handles.store, 'after')
      await eventually(() => first.changes).toEqual(['between', 'after'])
      await eventually(() => second.changes).toEqual(['after'])
      expect([first.gaps, second.gaps]).toEqual([0, 0])
    })

    test('ends with stop, for that watcher alone', async () => {
      const stopped = await watch(handles.store)
      const watched = await watch(handles.store)
      await tell(handles.store, 'before')
      await eventually(() => stopped.changes).toEqual(['before'])
      await stopped.stop()
      await tell(handles.store, 'after')
      await eventually(() => watched.changes).toEqual(['before', 'after'])
      expect(stopped.changes).toEqual(['before'])
    })

    test('makes a gap when the store is emptied, even where nothing was ever told', async () => {
      const own = await watch(handles.store)
      const other = await handles.another()
      const others = await watch(other)
      await handles.store.step([], [set({ n: '1' })('k')])
      await other.clear()
      await eventually(() => [own.gaps, others.gaps]).toEqual([1, 1])
      expect(await handles.store.keys('')).toEqual([])
      await tell(handles.store, 'after')
      await eventually(() => own.changes).toEqual(['after'])
      await eventually(() => others.changes).toEqual(['after'])
      expect([own.gaps, others.gaps]).toEqual([1, 1])
    })
  })
}
