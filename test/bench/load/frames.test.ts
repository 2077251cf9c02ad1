import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createFrameSkipper } from './frames.ts'

const upgrade = Buffer.from('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n')

/** As servers write frames: not masked. */
function frame(payload: number): Buffer {
  const body = Buffer.alloc(payload, '2')
  if (payload < 126) return Buffer.concat([Buffer.from([0x81, payload]), body])
  const header = Buffer.alloc(payload < 65_536 ? 4 : 10)
  header[0] = 0x81
  header[1] = payload < 65_536 ? 126 : 127
  if (payload < 65_536) header.writeUInt16BE(payload, 2)
  else header.writeBigUInt64BE(BigInt(payload), 2)
  return Buffer.concat([header, body])
}

test('every frame is found with its length, however the stream is cut', () => {
  const payloads = fc.array(fc.constantFrom(1, 1, 0, 2, 125, 126, 3000, 70_000), { minLength: 1, maxLength: 20 })
  fc.assert(
    fc.property(payloads, fc.infiniteStream(fc.integer({ min: 1, max: 40_000 })), (lengths, cuts) => {
      const found: number[] = []
      const skip = createFrameSkipper(({ payload }) => found.push(payload))
      const stream = Buffer.concat([upgrade, ...lengths.map(frame)])
      for (let at = 0; at < stream.length; ) {
        const next = at + (cuts.next().value ?? 1)
        skip(stream.subarray(at, next))
        at = next
      }
      expect(found).toEqual(lengths)
    }),
  )
})
