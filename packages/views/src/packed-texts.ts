// MessagePack, as far as a step needs it: one list of texts. Redis' scripts read it with `cmsgpack.unpack`, which costs both sides
// less than an argument for each text.
// https://github.com/msgpack/msgpack/blob/master/spec.md

const listHeader = 5
const textHeader = 5
/** Up to here a loop over characters is faster than a call that leaves JavaScript. */
const shortText = 24

/** Texts one behind the other in a space that is used again for the next list. */
export class PackedTexts {
  #bytes = Buffer.allocUnsafeSlow(64 * 1024)
  #end = listHeader
  #count = 0

  clear(): void {
    this.#end = listHeader
    this.#count = 0
  }

  add(text: string): void {
    const begin = this.#end + textHeader
    // In UTF-8 no unit of a text takes more than three bytes.
    if (begin + 3 * text.length > this.#bytes.length) this.#grow(begin + 3 * text.length)
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
