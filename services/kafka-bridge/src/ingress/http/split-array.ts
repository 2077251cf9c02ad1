// Takes a JSON array apart into the bytes of its items, without reading them: what a device sent is kept as it was sent.

const [quote, comma, openingBracket, backslash, closingBracket, openingBrace, closingBrace] = Buffer.from('",[\\]{}')

/** JSON's white space. */
export const isBlank = (byte: number | undefined): boolean =>
  byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d

export function startsArray(body: Buffer): boolean {
  let start = 0
  while (isBlank(body[start])) start++
  return body[start] === openingBracket
}

/**
 * The items of the array that `body` is, blanks around them cut off; each is still to be parsed, and may be no JSON.
 * `null` when the array does not end, or something follows it.
 */
export function splitArray(body: Buffer): Buffer[] | null {
  const items: Buffer[] = []
  let depth = 0
  let start = 0
  for (let i = 0; i < body.length; i++) {
    const byte = body[i]
    if (byte === quote) i = endOfString(body, i)
    else if (byte === openingBracket || byte === openingBrace) {
      if (++depth === 1) start = i + 1
    } else if (byte === comma && depth === 1) {
      items.push(trim(body.subarray(start, i)))
      start = i + 1
    } else if (byte === closingBracket || byte === closingBrace) {
      if (--depth > 0) continue
      if (byte !== closingBracket || !body.subarray(i + 1).every(isBlank)) return null
      const last = trim(body.subarray(start, i))
      // An array of nothing has no items; a comma wants one behind it.
      return last.length === 0 && items.length === 0 ? [] : [...items, last]
    }
  }
  return null
}

/** Where the string ends that begins at `start`; the end of the bytes where it does not. */
function endOfString(body: Buffer, start: number): number {
  let i = start + 1
  while (i < body.length && body[i] !== quote) i += body[i] === backslash ? 2 : 1
  return i
}

function trim(bytes: Buffer): Buffer {
  let start = 0
  let end = bytes.length
  while (start < end && isBlank(bytes[start])) start++
  while (end > start && isBlank(bytes[end - 1])) end--
  return bytes.subarray(start, end)
}
