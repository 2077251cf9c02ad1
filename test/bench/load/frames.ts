// Reads a web socket's stream without its contents: only where frames begin and end (RFC 6455, section 5.2).

export interface Frame {
  opcode: number
  /** Length in bytes. */
  payload: number
}

export const closeOpcode = 8

/**
 * Takes the stream's chunks, the HTTP answer before the first frame included, and tells of every frame that begins. It
 * keeps no chunk.
 */
export function createFrameSkipper(onFrame: (frame: Frame) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0)
  let isUpgraded = false
  /** Bytes of a payload that are still to come. */
  let toSkip = 0

  return (chunk) => {
    let at = Math.min(toSkip, chunk.length)
    toSkip -= at
    if (toSkip > 0) return
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    if (!isUpgraded) {
      const end = bytes.indexOf('\r\n\r\n')
      if (end === -1) {
        rest = Buffer.from(bytes)
        return
      }
      isUpgraded = true
      at = end + 4
    }
    while (at < bytes.length) {
      const frame = readFrame(bytes, at)
      if (frame === null) break
      at += frame.header + frame.payload
      onFrame(frame)
    }
    toSkip = Math.max(0, at - bytes.length)
    rest = at < bytes.length ? Buffer.from(bytes.subarray(at)) : Buffer.alloc(0)
  }
}

/** A server's frame, which is not masked; `null` while its header is not whole. */
function readFrame(bytes: Buffer, at: number): (Frame & { header: number }) | null {
  const first = bytes[at]
  const short = bytes[at + 1]
  if (first === undefined || short === undefined) return null
  const opcode = first & 15
  if (short < 126) return { opcode, header: 2, payload: short }
  const header = short === 126 ? 4 : 10
  if (bytes.length < at + header) return null
  const payload = short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2))
  return { opcode, header, payload }
}
