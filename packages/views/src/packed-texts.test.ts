// Packed texts are what MessagePack says, whatever they hold: the texts come back as UTF-8 has them.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PackedTexts } from './packed-texts.ts'

const length = fc.oneof(fc.nat(40), fc.constantFrom(30_000, 200_000))
const text = fc.tuple(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom('', 'a', 'é', '😀', '\ud800'),
  length,
)

test('texts of any length and script come back, list after list', () => {
  const packed = new PackedTexts()
  fc.assert(
    fc.property(fc.array(text.map(([start, unit, length]) => start + unit.repeat(length))), (texts) => {
      packed.clear()
      for (const one of texts) packed.add(one)
      expect(decode(packed.copy())).toEqual(texts.map((one) => Buffer.from(one).toString()))
    }),
  )
})

test('a copy stays as it is when the next list is packed', () => {
  const packed = new PackedTexts()
  packed.add('first')
  const copy = packed.copy()
  packed.clear()
  packed.add('other')
  expect(decode(copy)).toEqual(['first'])
})

/** A list of texts, both with lengths of 32 bits: https://github.com/msgpack/msgpack/blob/master/spec.md#formats */
function decode(bytes: Buffer): string[] {
  expect(bytes[0]).toBe(0xdd)
  let at = 5
  const texts = Array.from({ length: bytes.readUInt32BE(1) }, () => {
    expect(bytes[at]).toBe(0xdb)
    const begin = at + 5
    at = begin + bytes.readUInt32BE(at + 1)
    return bytes.toString('utf8', begin, at)
  })
  expect(at).toBe(bytes.length)
  return texts
}
