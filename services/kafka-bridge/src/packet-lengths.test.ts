import { expect, test } from 'vitest'
import { createLengthCheck } from './packet-lengths.ts'

/** A PUBLISH packet of `length` bytes after its header. */
function aPacket(length: number): Buffer {
  const header = [0x30]
  for (let rest = length; ; rest = Math.floor(rest / 128)) {
    header.push(rest < 128 ? rest : (rest % 128) + 128)
    if (rest < 128) return Buffer.concat([Buffer.from(header), Buffer.alloc(length, 0xff)])
  }
}

const lengths = [0, 1, 127, 128, 300, 0, 16_383, 16_384, 65_536]
const stream = Buffer.concat(lengths.map(aPacket))

test.each([1, 2, 3, 7, 1000, stream.length])('follows packets in chunks of %i', (size) => {
  const check = createLengthCheck(65_536)
  for (let i = 0; i < stream.length; i += size) expect(check(stream.subarray(i, i + size))).toBe(true)
  expect(check(aPacket(65_537).subarray(0, 4))).toBe(false)
})

test('refuses a long packet once its length is known, before any of it has come', () => {
  const check = createLengthCheck(65_536)
  expect(check(stream)).toBe(true)
  expect(check(Buffer.of(0x30, 0xff, 0xff, 0xff))).toBe(true)
  expect(check(Buffer.of(0x7f))).toBe(false)
})

test('refuses a length of more than four bytes', () => {
  expect(createLengthCheck(65_536)(Buffer.of(0x30, 0x80, 0x80, 0x80, 0x80))).toBe(false)
})
