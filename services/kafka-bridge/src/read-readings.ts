// From the body of a request to records for the log: each reading checked, all taken or none.
import {
  type FieldIssue,
  maxReadingBytes,
  type ParsedReading,
  parseReading,
  readReading,
  repeatingReading,
} from '@health/domain'
import type { NewRecord } from '@health/log'

export type BodyFormat = 'json' | 'ndjson'

/** What is wrong with the reading at `index`, counted from 0. */
export interface ReadingError extends FieldIssue {
  index: number
}

export type ReadReadings = { kind: 'accepted'; records: NewRecord[] } | { kind: 'refused'; errors: ReadingError[] }

/** So many errors are told; the readings after that are not looked at. */
const maxErrors = 100

/**
 * The readings in `body`, keyed by patient. The bytes of a single object and of NDJSON lines go on unchanged; the items
 * of an array are written anew by `JSON.stringify`.
 */
export function readReadings(body: Buffer, format: BodyFormat): ReadReadings {
  if (format === 'ndjson') return collect(lines(body), readBytes)
  if (!startsArray(body)) return collect([body], readBytes)
  const items = parseArray(body)
  return items.kind === 'accepted' ? collect(items.items, readItem) : items
}

type Read = { kind: 'accepted'; record: NewRecord } | { kind: 'rejected'; issues: FieldIssue[] }

function collect<T>(sources: Iterable<T>, read: (source: T) => Read): ReadReadings {
  const records: NewRecord[] = []
  const errors: ReadingError[] = []
  let index = 0
  for (const source of sources) {
    const result = read(source)
    if (result.kind === 'accepted') records.push(result.record)
    else for (const issue of result.issues) errors.push({ index, ...issue })
    if (errors.length >= maxErrors) break
    index++
  }
  if (errors.length > 0) return { kind: 'refused', errors: errors.slice(0, maxErrors) }
  return records.length > 0 ? { kind: 'accepted', records } : refused('holds no reading')
}

const refused = (message: string, index = 0): ReadReadings & { kind: 'refused' } => ({
  kind: 'refused',
  errors: [{ index, path: '', message }],
})

const readBytes = (bytes: Uint8Array): Read => asRecord(parseReading(bytes, null), bytes)

function readItem(item: unknown): Read {
  let json: string
  try {
    json = JSON.stringify(item)
  } catch {
    // JSON.parse takes any depth, JSON.stringify does not.
    return { kind: 'rejected', issues: [{ path: '', message: 'is nested too deeply' }] }
  }
  const bytes = Buffer.from(json)
  return asRecord(bytes.length > maxReadingBytes ? parseReading(bytes, null) : readReading(item, null), bytes)
}

const asRecord = (parsed: ParsedReading, value: Uint8Array): Read =>
  parsed.kind === 'accepted' ? { kind: 'accepted', record: { key: parsed.reading.patientId, value } } : parsed

function parseArray(body: Buffer): { kind: 'accepted'; items: unknown[] } | (ReadReadings & { kind: 'refused' }) {
  try {
    const text = utf8.decode(body)
    const items: unknown[] = JSON.parse(text)
    const repeating = repeatingReading(text)
    return repeating === null ? { kind: 'accepted', items } : refused('names a field twice', repeating)
  } catch (error) {
    return refused(error instanceof SyntaxError ? `is not JSON: ${error.message}` : 'is not UTF-8')
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const lineFeed = 0x0a
const carriageReturn = 0x0d
const openingBracket = 0x5b
const isBlank = (byte: number | undefined): boolean =>
  byte === 0x20 || byte === 0x09 || byte === lineFeed || byte === carriageReturn

function startsArray(body: Buffer): boolean {
  let start = 0
  while (isBlank(body[start])) start++
  return body[start] === openingBracket
}

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
