// Event times on the wire: RFC 3339, epoch seconds or epoch milliseconds, kept to the millisecond.
import { z } from 'zod'

const earliest = Date.UTC(1900, 0, 1)
const end = Date.UTC(10000, 0, 1)
/** Numbers below this are epoch seconds (until the year 5138), from it on epoch milliseconds (since 1973). */
const firstEpochMs = 1e11

/** The canonical form `2026-11-24T02:00:00.000Z`, of the years 1900 to 9999. */
export const canonicalTime =
  /^(?:19|[2-9]\d)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/

/** Epoch ms of a time in the canonical form; `null` for any other form or an impossible date. */
export const parseCanonicalTime = (text: string): number | null =>
  canonicalTime.test(text) ? readCanonicalTime(text) : null

/** The same for a text that is known to have the form. */
export function readCanonicalTime(text: string): number | null {
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2)
  const month = twoDigits(text, 5)
  const day = twoDigits(text, 8)
  const milliseconds = twoDigits(text, 20) * 10 + digit(text, 22)
  // Three times as fast as Date.parse, which counts here: every message comes by.
  const ms = Date.UTC(year, month - 1, day, twoDigits(text, 11), twoDigits(text, 14), twoDigits(text, 17), milliseconds)
  // Date.UTC takes 30 February for 2 March.
  return day <= 28 || new Date(ms).getUTCDate() === day ? ms : null
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
