// The contract of each operation: what it does and what it replies.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Operation, ViewsUnavailable } from '../store.ts'
import { type Handles, hashOf, listOf, set } from './handles.ts'
import { anyStep, createModel, modelKeys } from './model.ts'

export function describeOperations(handles: Handles): void {
  describe('operations', () => {
    test('set keeps fields, get replies those that exist, getAll all', async () => {
      expect(
        await handles.store.step(
          [],
          [
            { op: 'set', key: 'k', fields: { a: '1', b: '2' } },
            { op: 'set', key: 'k', fields: { b: '3' } },
            { op: 'get', key: 'k', fields: ['b', 'missing'] },
            { op: 'getAll', key: 'k' },
          ],
        ),
      ).toEqual([null, null, { fields: { b: '3' } }, { fields: { a: '1', b: '3' } }])
    })

    test('a missing key is an empty hash and an empty list', async () => {
      expect(
        await handles.store.step(
          [],
          [
            { op: 'getAll', key: 'none' },
            { op: 'get', key: 'none', fields: ['a'] },
            { op: 'range', key: 'none', from: 0, to: -1 },
            { op: 'unset', key: 'none', fields: ['a'] },
            { op: 'delete', key: 'none' },
          ],
        ),
      ).toEqual([{ fields: {} }, { fields: {} }, { items: [] }, null, null])
    })

    test('lists of nothing change nothing', async () => {
      expect(
        await handles.store.step(
          [],
          [
            { op: 'get', key: 'k', fields: [] },
            { op: 'set', key: 'k', fields: {} },
            { op: 'unset', key: 'k', fields: [] },
            { op: 'push', key: 'l', items: [], keep: 3 },
          ],
        ),
      ).toEqual([{ fields: {} }, null, null, null])
      expect(await handles.store.step([], [])).toEqual([])
      expect(await handles.store.keys('')).toEqual([])
    })

    test('unset and delete leave nothing behind', async () => {
      await handles.store.step(
        [],
        [
          { op: 'set', key: 'h', fields: { a: '1', b: '2' } },
          { op: 'set', key: 'gone', fields: { a: '1' } },
          { op: 'push', key: 'l', items: ['1'], keep: 9 },
        ],
      )
      await handles.store.step(
        [],
        [
          { op: 'unset', key: 'h', fields: ['a'] },
          { op: 'unset', key: 'gone', fields: ['a'] },
          { op: 'delete', key: 'l' },
        ],
      )
      expect(await hashOf(handles.store, 'h')).toEqual({ b: '2' })
      expect(await listOf(handles.store, 'l')).toEqual([])
      expect(await handles.store.keys('')).toEqual(['h'])
    })

    test('add starts at 0, takes negative numbers and keeps every digit', async () => {
      const add = (by: number): Operation => ({ op: 'add', key: 'k', field: 'n', by })
      expect(await handles.store.step([], [add(5), add(-7), add(2 ** 53 - 1), add(2 ** 53 - 1)])).toEqual([
        { fields: { n: '5' } },
        { fields: { n: '-2' } },
        { fields: { n: '9007199254740989' } },
        { fields: { n: '18014398509481980' } },
      ])
    })

    test.each(['x', '', '1.5', ' 1', '01'])('add to %j is a bug and changes nothing', async (text) => {
      await handles.store.step([], [{ op: 'set', key: 'k', fields: { n: text } }])
      const added = handles.store.step([], [{ op: 'add', key: 'k', field: 'n', by: 1 }])
      await expect(added).rejects.not.toBeInstanceOf(ViewsUnavailable)
      expect(await hashOf(handles.store, 'k')).toEqual({ n: text })
    })

    test.each<Operation>([
      { op: 'add', key: 'k', field: 'n', by: 0.5 },
      { op: 'range', key: 'k', from: Number.NaN, to: 1 },
      { op: 'push', key: 'k', items: ['1'], keep: 0 },
      { op: 'set', key: 'changes', fields: { a: '1' } },
    ])('%j is refused with the whole step', async (operation) => {
      await expect(handles.store.step([], [{ op: 'set', key: 'k', fields: { a: '1' } }, operation])).rejects.toThrow(
        RangeError,
      )
      expect(await handles.store.keys('')).toEqual([])
    })

    test('push keeps the newest items', async () => {
      const push = (...items: string[]): Operation => ({ op: 'push', key: 'l', items, keep: 3 })
      await handles.store.step([], [push('1', '2')])
      expect(await listOf(handles.store, 'l')).toEqual(['1', '2'])
      await handles.store.step([], [push('3', '4')])
      expect(await listOf(handles.store, 'l')).toEqual(['2', '3', '4'])
      await handles.store.step([], [push('5', '6', '7', '8', '9')])
      expect(await listOf(handles.store, 'l')).toEqual(['7', '8', '9'])
    })

    test.each([
      [0, -1, ['a', 'b', 'c', 'd']],
      [1, 2, ['b', 'c']],
      [-2, -1, ['c', 'd']],
      [-9, 1, ['a', 'b']],
      [2, 9, ['c', 'd']],
      [3, 1, []],
      [4, 9, []],
      [0, -5, []],
    ])('range from %i to %i counts both ends and the negative ones from the end', async (from, to, items) => {
      await handles.store.step([], [{ op: 'push', key: 'l', items: ['-', 'a', 'b', 'c', 'd'], keep: 4 }])
      expect(await handles.store.step([], [{ op: 'range', key: 'l', from, to }])).toEqual([{ items }])
    })

    test('any text is kept as it is', async () => {
      const texts = [
        '',
        ' ',
        'é😀\u{10ffff}',
        'a\0b',
        '\r\n',
        '{"a":[1,"\\u0000"]}',
        '-',
        '=',
        '5',
        'x'.repeat(100_000),
      ]
      const names = ['', 'p|1|2024-01-01', 'a:b:c', 'é😀', '*?[a]\\', '__proto__', 'constructor', 'a\0b', ' ', '1']
      const fields = Object.fromEntries(names.map((field, i) => [field, texts[i] ?? '']))
      await handles.store.step([], [...names.map(set(fields)), { op: 'push', key: 'list', items: texts, keep: 99 }])
      for (const key of names)
        expect(Object.entries(await hashOf(handles.store, key)).sort()).toEqual(Object.entries(fields).sort())
      expect(await listOf(handles.store, 'list')).toEqual(texts)
      for (const key of names) expect(await handles.store.keys(key)).toContain(key)
    })

    test('a set takes thousands of fields, a push thousands of items', async () => {
      const items = Array.from({ length: 12_001 }, (_, i) => `item ${i}`)
      const fields = Object.fromEntries(items.map((item) => [item, item]))
      await handles.store.step(
        [],
        [
          { op: 'set', key: 'h', fields },
          { op: 'push', key: 'l', items, keep: 12_000 },
        ],
      )
      const [all] = (await handles.store.step([], [{ op: 'get', key: 'h', fields: items }])) ?? []
      expect(all).toEqual({ fields })
      expect(await hashOf(handles.store, 'h')).toEqual(fields)
      expect(await listOf(handles.store, 'l')).toEqual(items.slice(1))
      await handles.store.step([], [{ op: 'unset', key: 'h', fields: items.slice(1) }])
      expect(await hashOf(handles.store, 'h')).toEqual({ 'item 0': 'item 0' })
    })

    test('any sequence of steps replies what the model replies', async () => {
      const looks: Operation[] = [
        ...modelKeys.hashes.map((key) => ({ op: 'getAll' as const, key })),
        ...modelKeys.lists.map((key) => ({ op: 'range' as const, key, from: 0, to: -1 })),
      ]
      await fc.assert(
        fc.asyncProperty(fc.array(anyStep, { maxLength: 12 }), async (steps) => {
          await handles.store.clear()
          const model = createModel()
          for (const { guards, operations } of [...steps, { guards: [], operations: looks }]) {
            expect(await handles.store.step(guards, operations)).toEqual(model.step({ guards, operations }))
          }
        }),
      )
    })
  })
}
