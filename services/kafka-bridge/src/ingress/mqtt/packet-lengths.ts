// The lengths that MQTT packets announce, read off the byte stream before anything is gathered in memory.

/** The parser keeps a packet's chunks until it is whole, and one of a byte takes as much as one of two hundred. */
const maxChunks = 512

/**
 * Follows one connection's bytes, chunk by chunk. Answers `false` as soon as a packet announces more than `limit` bytes,
 * or a length that is none (MQTT 3.1.1, section 2.2.3), or comes in more than 512 chunks.
 */
export function createLengthCheck(limit: number): (chunk: Uint8Array) => boolean {
  /** Bytes of the current packet that are still to come, after its header. */
  let ahead = 0
  /** Bytes of the current packet's length seen so far; -1 before its first byte. */
  let lengthBytes = -1
  let length = 0
  /** In which the current packet has come so far. */
  let chunks = 0

  const takeHeaderByte = (byte: number): boolean => {
    if (lengthBytes === -1) {
      lengthBytes = 0
      length = 0
      chunks = 1
      return true
    }
    length += (byte & 0x7f) * 128 ** lengthBytes
    lengthBytes++
    if (byte >= 0x80) return lengthBytes < 4
    lengthBytes = -1
    ahead = length
    return length <= limit
  }

  return (chunk) => {
    chunks++
    for (let i = 0; i < chunk.length; ) {
      const skipped = Math.min(ahead, chunk.length - i)
      ahead -= skipped
      i += skipped
      if (i < chunk.length && !takeHeaderByte(chunk[i++] ?? 0)) return false
    }
    return chunks <= maxChunks
  }
}
