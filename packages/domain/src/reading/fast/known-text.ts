// Short ASCII texts that come again and again, ids above all: found by their bytes, so that each is made once.

const space = 0x20
const tilde = 0x7e
/** What is longer is none of these texts. */
const longest = 64
const tableSize = 262_144

/** The text last seen at each place; where two share one, they take turns. */
const table: string[] = new Array(tableSize).fill('')

/** The text of `bytes` from `begin` up to, not including, `end`; `null` where that is long, or not all printable ASCII. */
export function knownText(bytes: Uint8Array, begin: number, end: number): string | null {
  if (end - begin > longest) return null
  // FNV-1a, its lower bits mixed with the upper ones.
  let hash = 0
  for (let i = begin; i < end; i++) {
    const byte = bytes[i] as number
    if (byte < space || byte > tilde) return null
    hash = Math.imul(hash ^ byte, 0x01000193)
  }
  const place = (hash ^ (hash >>> 15)) & (tableSize - 1)
  const known = table[place] as string
  if (isText(known, bytes, begin, end)) return known
  const text = Reflect.apply(String.fromCharCode, null, bytes.subarray(begin, end))
  table[place] = text
  return text
}

/** Whether `text` is what the bytes from `begin` up to, not including, `end` say in ASCII. */
export function isText(text: string, bytes: Uint8Array, begin = 0, end = bytes.length): boolean {
  const { length } = text
  if (length !== end - begin) return false
  for (let i = 0; i < length; i++) if (text.charCodeAt(i) !== bytes[begin + i]) return false
  return true
}
