// The contract of steps: guards, atomicity, order.
import { describe, expect, test } from 'vitest'
import { type Operation, type ViewStore, ViewsUnavailable } from '../store.ts'
import { eventually, type Handles, hashOf, listOf, set, watch } from './handles.ts'

export function describeSteps(handles: Handles): void {
  describe('steps', () => {
    const guard = (equals: string | null) => ({ key: 'k', field: 'n', equals })

    test('are done when every guard holds', async () => {
      expect(await handles.store.step([guard(null)], [set({ n: '' })('k')])).toEqual([null])
      expect(await handles.store.step([guard('')], [set({ n: '1' })('k')])).toEqual([null])
      expect(await handles.store.step([guard('1'), { key: 'none', field: 'n', equals: null }], [])).toEqual([])
    })

    test.each([null, '', '2', '=1'])(
      'reply null and do nothing when a guard wants %j of a field with "1"',
      async (n) => {
        await handles.store.step([], [set({ n: '1' })('k')])
        const watched = await watch(handles.store)
        const refused: Operation[] = [
          set({ n: '9', m: '9' })('k'),
          { op: 'push', key: 'l', items: ['9'], keep: 1 },
          { op: 'tell', change: 'refused' },
          { op: 'delete', key: 'k' },
        ]
        expect(await handles.store.step([guard('1'), guard(n)], refused)).toBeNull()
        expect(await hashOf(handles.store, 'k')).toEqual({ n: '1' })
        expect(await handles.store.keys('')).toEqual(['k'])
        await handles.store.step([], [{ op: 'tell', change: 'done' }])
        await eventually(() => watched.changes).toEqual(['done'])
      },
    )

    test('take their operations one by one, once, before they wait for anything', async () => {
      const asked: string[] = []
      function* operations(): Iterable<Operation> {
        for (const key of ['a', 'b']) {
          asked.push(key)
          yield set({ n: '1' })(key)
        }
      }
      const step = handles.store.step([], operations())
      expect(asked).toEqual(['a', 'b'])
      expect(await step).toEqual([null, null])
      expect(await handles.store.keys('')).toHaveLength(2)
    })

    test('fail with the error of their operations, and do nothing', async () => {
      function* operations(): Iterable<Operation> {
        yield set({ n: '1' })('k')
        throw new Error('a bug')
      }
      await expect(handles.store.step([], operations())).rejects.toThrow('a bug')
      expect(await handles.store.keys('')).toEqual([])
    })

    test('of several handles do not overlap: fifty guarded increments make fifty', async () => {
      const writers = [handles.store, await handles.another(), await handles.another()]
      const increment = async (handle: ViewStore): Promise<void> => {
        const { n } = await hashOf(handle, 'k')
        const done = await handle.step([guard(n ?? null)], [set({ n: String(Number(n ?? 0) + 1) })('k')])
        if (done === null) await increment(handle)
      }
      await Promise.all(Array.from({ length: 50 }, (_, i) => increment(writers[i % writers.length] ?? handles.store)))
      expect(await hashOf(handles.store, 'k')).toEqual({ n: '50' })
    })

    test('are never seen by halves', async () => {
      const reader = await handles.another()
      let writing = true
      const write = async () => {
        for (let i = 0; i < 200; i++) await handles.store.step([], ['a', 'b'].map(set({ n: String(i) })))
        writing = false
      }
      const read = async () => {
        for (; writing; await new Promise(setImmediate)) {
          const [a, b] =
            (await reader.step(
              [],
              ['a', 'b'].map((key) => ({ op: 'getAll', key })),
            )) ?? []
          expect(a).toEqual(b)
        }
      }
      await Promise.all([write(), read()])
    })

    test('asked of one handle are done in that order', async () => {
      const pushes = Array.from({ length: 100 }, (_, i) => String(i))
      await Promise.all(
        pushes.map((item) => handles.store.step([], [{ op: 'push', key: 'l', items: [item], keep: 100 }])),
      )
      expect(await listOf(handles.store, 'l')).toEqual(pushes)
    })

    test('reject with ViewsUnavailable after close', async () => {
      await handles.store.close()
      await expect(handles.store.step([], [])).rejects.toThrow(ViewsUnavailable)
      await expect(watch(handles.store)).rejects.toThrow(ViewsUnavailable)
      await handles.store.close()
    })
  })
}
