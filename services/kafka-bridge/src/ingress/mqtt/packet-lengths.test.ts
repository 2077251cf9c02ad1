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

const short = Buffer.concat([0, 1, 127, 128, 300, 0].map(aPacket))
const stream = Buffer.concat([short, ...[16_383, 16_384, 65_536].map(aPacket)])

test.each([
  { size: 1, stream: short },
  { size: 7, stream: short },
  { size: 150, stream },
  { size: 1000, stream },
  { size: stream.length, stream },
])('follows packets in chunks of $size', ({ size, stream }) => {
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

test('refuses a packet that comes in very many chunks, not many packets', () => {
  const check = createLengthCheck(65_536)
  for (let n = 0; n < 2000; n++) expect(check(aPacket(1))).toBe(true)
  const packet = aPacket(2000)
  const answers = Array.from(packet, (byte) => check(Buffer.of(byte)))
  expect(answers.lastIndexOf(true)).toBe(511)
  expect(answers.slice(512)).not.toContain(true)
})
