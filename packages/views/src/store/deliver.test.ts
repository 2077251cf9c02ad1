// Delivery to watchers: order, and every kind of gap.
import { expect, test } from 'vitest'
import { deliver, type KeptChange } from './deliver.ts'

const kept = (number: number, change: string | null = `change ${number}`): KeptChange => ({
  id: `id ${number}`,
  number,
  change,
})

/** What a watcher is told of `changes` after the change numbered 7, in order. */
function delivered(...changes: KeptChange[]): string[] {
  const calls: string[] = []
  deliver(7, changes, {
    onChange: (told) => calls.push(...told.map(({ id, change }) => `${id}: ${change}`)),
    onGap: () => calls.push('gap'),
  })
  return calls
}

test('changes that follow on are handed over', () => {
  expect(delivered(kept(8), kept(9))).toEqual(['id 8: change 8', 'id 9: change 9'])
})

test('nothing new calls nobody', () => {
  expect(delivered()).toEqual([])
})

test.each([
  ['before', [kept(9), kept(10)], ['gap', 'id 9: change 9', 'id 10: change 10']],
  ['between', [kept(8), kept(10)], ['gap', 'id 8: change 8', 'id 10: change 10']],
  ['by a new beginning', [kept(1), kept(2)], ['gap', 'id 1: change 1', 'id 2: change 2']],
])('a gap %s them is told first', (_, changes, told) => {
  expect(delivered(...changes)).toEqual(told)
})

test('a mark of emptying is a gap and no change', () => {
  expect(delivered(kept(8), kept(9, null))).toEqual(['gap', 'id 8: change 8'])
  expect(delivered(kept(8, null))).toEqual(['gap'])
})
