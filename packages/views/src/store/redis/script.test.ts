// A step's texts reach the script whole, whatever they hold and however many steps wait for the connection.
import fc from 'fast-check'
import { unpack } from 'msgpackr'
import { expect, test } from 'vitest'
import { encodeStep } from './script.ts'

const length = fc.oneof(fc.nat(70), fc.constantFrom(300, 30_000, 200_000))
const text = fc
  .tuple(fc.string({ unit: 'binary', maxLength: 40 }), fc.constantFrom('', 'a', 'é', '😀', '\ud800'), length)
  .map(([start, unit, times]) => start + unit.repeat(times))

const push = (items: readonly string[]) => encodeStep([], [{ op: 'push', key: 'k', items }]).texts
const textsOfPush = (items: readonly string[]) => ['0', 'push', 'health:k', '', String(items.length), ...items]

test('a step is a MessagePack list of texts in UTF-8, of any length and script', () => {
  fc.assert(
    fc.property(fc.array(text), (items) => {
      const asUtf8 = items.map((item) => Buffer.from(item).toString())
      expect(unpack(push(items))).toEqual(textsOfPush(asUtf8))
    }),
  )
})

test.each([0, 1, 15, 16, 65_535, 65_536, 200_000])('a step takes a list of %i items', (size) => {
  const items = Array.from({ length: size }, (_, i) => String(i))
  expect(unpack(push(items))).toEqual(textsOfPush(items))
})

test('a step that waits to be sent stays as it is while a thousand others are packed', () => {
  // The sizes fill msgpackr's buffer often, outgrow it, and exceed what is kept of it.
  const itemsOf = (i: number) => [String(i).repeat(1 + (i % 50)), 'x'.repeat(i % 100 === 99 ? 3_000_000 : i % 3_000)]
  const waiting = Array.from({ length: 1_000 }, (_, i) => push(itemsOf(i)))
  for (const [i, texts] of waiting.entries()) expect(unpack(texts)).toEqual(textsOfPush(itemsOf(i)))
})
