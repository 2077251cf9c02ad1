// Writes log records as lake rows: the archiver's inner loop, so it makes bytes from bytes, and as little else as it can.
import { isUtf8 } from 'node:buffer'
import { parseReading, type Reading, type Unreadable } from '@health/domain'
import { stringify } from 'csv-stringify/sync'
import { formatTime } from './format-time.ts'
import { type ArchivedRecord, base64Prefix, canonicalJson, canonicalLength, type ReadingCells } from './row.ts'

const [quote, space, tilde, lineEnd] = [0x22, 0x20, 0x7e, 0x0a]

/** The rows of consecutive records of one partition as UTF-8, each with its line end. */
export function formatRows(partition: number, records: readonly ArchivedRecord[]): Buffer {
  const values = records.map(({ value }) => asBuffer(value ?? nothing))
  const rows = Buffer.allocUnsafe(values.reduce((sum, value) => sum + longestRow(value), 0))
  let end = 0
  let time = Number.NaN
  let timeText = ''
  for (const [i, { offset, key, receivedAt }] of records.entries()) {
    // Records that came together have one time.
    if (receivedAt !== time) {
      time = receivedAt
      timeText = formatTime(time)
    }
    const bytes = values[i] ?? nothing
    const parsed = parseReading(bytes, key)
    const cells = parsed.kind === 'accepted' ? readingCells(parsed.reading) : readableCells(parsed)
    const [patientId, sensorId, measuredAt, glucose, heartRate, temperature] = cells
    const reading = `${patientId},${sensorId},${measuredAt},${glucose},${heartRate},${temperature}`
    end += rows.write(`${partition},${offset},${timeText},${reading},`, end, 'latin1')
    if (!isCanonical(bytes, cells)) {
      const copied = parsed.kind === 'accepted' ? copyQuoted(bytes, rows, end) : null
      end = copied ?? end + rows.write(rawCell(bytes), end)
    }
    rows[end++] = lineEnd
  }
  return rows.subarray(0, end)
}

/** Numbers, times and ids have at most so many characters together, commas included. */
const longestCells = 400
/** Every byte may be a quote, which is doubled; base64 needs less. */
const longestRow = (value: Uint8Array): number => longestCells + 2 * value.length + base64Prefix.length

const nothing = Buffer.alloc(0)

function readingCells(reading: Reading): ReadingCells {
  return [
    reading.patientId,
    reading.sensorId ?? '',
    formatTime(reading.measuredAt),
    numberCell(reading.glucoseMgdl),
    numberCell(reading.heartRateBpm),
    numberCell(reading.temperatureC),
  ]
}

function readableCells({ patientId, sensorId, measuredAt }: Unreadable): ReadingCells {
  return [patientId ?? '', sensorId ?? '', measuredAt === null ? '' : formatTime(measuredAt), '', '', '']
}

function numberCell(value: number | null): string {
  if (value === null) return ''
  const tenths = Math.round(value * 10)
  if (tenths / 10 !== value || tenths < 0 || tenths >= mostTenths) return String(value)
  let text = textsOfTenths[tenths]
  if (text === undefined) {
    text = String(value)
    textsOfTenths[tenths] = text
  }
  return text
}

const mostTenths = 10_000
/** Texts as they were made, of the values that sensors give. */
const textsOfTenths: (string | undefined)[] = new Array(mostTenths)

/** Canonical JSON is ASCII, so that nothing but the same bytes reads the same as Latin-1. */
const isCanonical = (bytes: Buffer, cells: ReadingCells): boolean =>
  bytes.length === canonicalLength(cells) && bytes.toString('latin1') === canonicalJson(cells)

/**
 * Copies printable ASCII that holds a quote as CSV wants it, and returns where it ends in `to`; `null` for anything else.
 * Every reading that has signals does hold quotes; `stringify` takes ten times as long.
 */
function copyQuoted(from: Uint8Array, to: Uint8Array, begin: number): number | null {
  let end = begin
  to[end++] = quote
  for (let i = 0; i < from.length; i++) {
    const byte = from[i] as number
    if (byte < space || byte > tilde) return null
    to[end++] = byte
    if (byte === quote) to[end++] = quote
  }
  to[end++] = quote
  return end
}

/** Control characters, and the two separators of Unicode that readers may take for line breaks. */
const unfit = /[\p{Cc}\u2028\u2029]/u

function rawCell(bytes: Buffer): string {
  const text = isUtf8(bytes) ? bytes.toString() : ''
  // An empty value becomes base64 of nothing: an empty cell says that the columns have it all.
  if (text === '' || unfit.test(text) || text.startsWith(base64Prefix)) return base64Prefix + bytes.toString('base64')
  return stringify([[text]], { eof: false })
}

const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
