// MessagePack, as far as a step needs it: one list of texts, packed one by one. Redis' scripts read it with `cmsgpack.unpack`,
// which costs both sides less than an argument for each text.
// https://github.com/msgpack/msgpack/blob/master/spec.md

const listHeader = 5
const textHeader = 5
/** Up to here a loop over characters is faster than a call that leaves JavaScript. */
const shortText = 24
/** Up to here it is not worth asking how long a text is: in UTF-8 no unit of it takes more than three bytes. */
const mediumText = 1024
const leastRoom = 64 * 1024
/** What a larger list took is let go. */
const mostRoomKept = 8 * 1024 * 1024

/** Texts one behind the other in a space that is used again for the next list. */
export class PackedTexts {
  #bytes = Buffer.allocUnsafeSlow(leastRoom)
  #end = listHeader
  #count = 0

  clear(): void {
    if (this.#bytes.length > mostRoomKept) this.#bytes = Buffer.allocUnsafeSlow(leastRoom)
    this.#end = listHeader
    this.#count = 0
  }

  add(text: string): void {
    const begin = this.#end + textHeader
    const end = begin + (text.length > mediumText ? Buffer.byteLength(text) : 3 * text.length)
    if (end > this.#bytes.length) this.#grow(end)
    const bytes = this.#bytes
    const length = addShort(bytes, begin, text) ?? bytes.write(text, begin)
    bytes[begin - textHeader] = 0xdb
    bytes.writeUInt32BE(length, begin - textHeader + 1)
    this.#end = begin + length
    this.#count++
  }

  /** A copy, as one MessagePack value. */
  copy(): Buffer {
    this.#bytes[0] = 0xdd
    this.#bytes.writeUInt32BE(this.#count, 1)
    return Buffer.from(this.#bytes.subarray(0, this.#end))
  }

  #grow(needed: number): void {
    const grown = Buffer.allocUnsafeSlow(2 * needed)
    this.#bytes.copy(grown, 0, 0, this.#end)
    this.#bytes = grown
  }
}

/** Returns the length; `null` for what is longer or not ASCII. */
function addShort(bytes: Uint8Array, begin: number, text: string): number | null {
  const { length } = text
  if (length > shortText) return null
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i)
    if (unit > 0x7f) return null
    bytes[begin + i] = unit
  }
  return length
}
