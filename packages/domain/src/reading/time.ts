// Event times on the wire: RFC 3339, epoch seconds or epoch milliseconds, kept to the millisecond.
import { z } from 'zod'

const earliest = Date.UTC(1900, 0, 1)
const end = Date.UTC(10000, 0, 1)
/** Numbers below this are epoch seconds (until the year 5138), from it on epoch milliseconds (since 1973). */
const firstEpochMs = 1e11

/** The canonical form `2026-11-24T02:00:00.000Z`, of the years 1900 to 9999. */
const canonicalTime =
  /^(?:19|[2-9]\d)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/

/** Epoch ms of a time in the canonical form; `null` for any other form or an impossible date. */
export function parseCanonicalTime(text: string): number | null {
  if (!canonicalTime.test(text)) return null
  const day = twoDigits(text, 8)
  const date = Date.UTC(100 * twoDigits(text, 0) + twoDigits(text, 2), twoDigits(text, 5) - 1, day)
  // Date.UTC takes 30 February for 2 March.
  if (new Date(date).getUTCDate() !== day) return null
  const minutes = 60 * twoDigits(text, 11) + twoDigits(text, 14)
  return date + 60_000 * minutes + 1000 * twoDigits(text, 17) + 10 * twoDigits(text, 20) + digit(text, 22)
}

const digit = (text: string, at: number): number => text.charCodeAt(at) - 48
const twoDigits = (text: string, at: number): number => digit(text, at) * 10 + digit(text, at + 1)

// RFC 3339 has its two letters in lower case as well.
const rfc3339 = z
  .string()
  .toUpperCase()
  .pipe(z.iso.datetime({ offset: true }))
const epoch = z.number().transform((n) => Math.round(Math.abs(n) < firstEpochMs ? n * 1000 : n))

/** A time on the wire as epoch ms. */
export const wireTime = z
  .union([rfc3339.transform((text) => Date.parse(text)), epoch], {
    error: 'must be RFC 3339 with an offset, like 2026-11-24T02:00:00.000Z, or epoch seconds or milliseconds',
  })
  .refine((ms) => ms >= earliest && ms < end, 'must lie between the years 1900 and 9999')
