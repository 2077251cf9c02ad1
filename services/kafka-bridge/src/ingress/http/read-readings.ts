// From the body of a request to records for the log: each reading checked, all taken or none.
import { type FieldIssue, parseReading } from '@health/domain'
import type { NewRecord } from '@health/log'
import { isBlank, splitArray, startsArray } from './split-array.ts'

export type BodyFormat = 'json' | 'ndjson'

/** What is wrong with the reading at `index`, counted from 0. */
export interface ReadingError extends FieldIssue {
  index: number
}

export type ReadReadings = { kind: 'accepted'; records: NewRecord[] } | { kind: 'refused'; errors: ReadingError[] }

/** So many errors are told; the readings after that are not looked at. */
const maxErrors = 100

/** The readings in `body`, keyed by patient, each with its very bytes. */
export function readReadings(body: Buffer, format: BodyFormat): ReadReadings {
  if (format === 'ndjson') return collect(lines(body))
  if (!startsArray(body)) return collect([body])
  const items = splitArray(body)
  return items === null ? refused('is not JSON: the array does not end, or more follows it') : collect(items)
}

function collect(readings: Iterable<Uint8Array>): ReadReadings {
  const records: NewRecord[] = []
  const errors: ReadingError[] = []
  let index = 0
  for (const value of readings) {
    const parsed = parseReading(value, null)
    if (parsed.kind === 'accepted') records.push({ key: parsed.reading.patientId, value })
    else for (const issue of parsed.issues) errors.push({ index, ...issue })
    if (errors.length >= maxErrors) break
    index++
  }
  if (errors.length > 0) return { kind: 'refused', errors: errors.slice(0, maxErrors) }
  return records.length > 0 ? { kind: 'accepted', records } : refused('holds no reading')
}

const refused = (message: string): ReadReadings => ({ kind: 'refused', errors: [{ index: 0, path: '', message }] })

const lineFeed = 0x0a
const carriageReturn = 0x0d

/** The lines that are not blank, without their line ends. */
function* lines(body: Buffer): Generator<Buffer> {
  for (let start = 0; start < body.length; ) {
    const feed = body.indexOf(lineFeed, start)
    const next = feed === -1 ? body.length : feed
    const end = next > start && body[next - 1] === carriageReturn ? next - 1 : next
    const line = body.subarray(start, end)
    if (!line.every(isBlank)) yield line
    start = next + 1
  }
}
