// An array of any JSON values comes apart into exactly the texts it was made of.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { splitArray } from './split-array.ts'

const split = (text: string) => splitArray(Buffer.from(text))?.map(String) ?? null

test('the items are what was put together, byte by byte', () => {
  const blank = fc.stringMatching(/^[ \t\r\n]{0,3}$/)
  const item = fc.record({ value: fc.json({ noUnicodeString: false }), before: blank, after: blank })
  fc.assert(
    fc.property(fc.array(item), blank, (items, around) => {
      const text = `${around}[${items.map(({ before, value, after }) => before + value + after).join(',')}]${around}`
      expect(split(text)).toEqual(items.map(({ value }) => value))
    }),
  )
})

test.each([
  ['[1,2', null],
  ['[{"a":"]"}', null],
  ['[1]]', null],
  ['[1] 2', null],
  ['[{]', null],
  ['[1}', null],
  ['["a\\"]', null],
  ['[]', []],
  [' [ ] ', []],
  ['[1,]', ['1', '']],
  ['[,]', ['', '']],
  ['["\\"]",{"a":[1,2]}]', ['"\\"]"', '{"a":[1,2]}']],
])('%s comes to %j', (text, items) => {
  expect(split(text)).toEqual(items)
})
