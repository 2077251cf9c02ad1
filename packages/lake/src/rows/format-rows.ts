// Writes log records as lake rows.
import { isUtf8 } from 'node:buffer'
import { parseReading, type Reading, type Unreadable } from '@health/domain'
import { stringify } from 'csv-stringify/sync'
import { formatTime } from './format-time.ts'
import { type ArchivedRecord, base64Prefix, canonicalJson, canonicalLength, type ReadingCells } from './row.ts'

const [quote, space, tilde, lineEnd] = [0x22, 0x20, 0x7e, 0x0a]

/** The rows of consecutive records of one partition as UTF-8, each with its line end. */
export function formatRows(partition: number, records: readonly ArchivedRecord[]): Buffer {
  const rows = Buffer.allocUnsafe(records.reduce((sum, record) => sum + longestRow(record), 0))
  let end = 0
  let time = Number.NaN
  let timeText = ''
  for (const record of records) {
    const { offset, receivedAt } = record
    // Records that came together have one time.
    if (receivedAt !== time) {
      time = receivedAt
      timeText = formatTime(time)
    }
    const parsed = parseReading(record.value, record.key)
    const cells = parsed.kind === 'accepted' ? readingCells(parsed.reading) : readableCells(parsed)
    const [patientId, sensorId, measuredAt, glucose, heartRate, temperature] = cells
    const reading = `${patientId},${sensorId},${measuredAt},${glucose},${heartRate},${temperature}`
    end += rows.write(`${partition},${offset},${timeText},${reading},`, end, 'latin1')
    const value = asBuffer(record.value ?? noBytes)
    if (!isCanonical(value, cells)) {
      const copied = parsed.kind === 'accepted' ? copyQuoted(value, rows, end) : null
      end = copied ?? end + rows.write(rawCell(value), end)
    }
    rows[end++] = lineEnd
  }
  return rows.subarray(0, end)
}

/** Numbers, times and ids have at most so many characters together, commas included. */
const longestCells = 400
/** Every byte may be a quote, which is doubled; base64 needs less. */
const longestRow = ({ value }: ArchivedRecord): number => longestCells + 2 * (value?.length ?? 0) + base64Prefix.length

const noBytes = Buffer.alloc(0)

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
const isCanonical = (value: Buffer, cells: ReadingCells): boolean =>
  value.length === canonicalLength(cells) && value.toString('latin1') === canonicalJson(cells)

/**
 * Copies printable ASCII that holds a quote as CSV wants it, and returns where it ends in `to`; `null` for anything else.
 * Every reading that has signals does hold quotes; `stringify` takes ten times as long.
 */
function copyQuoted(value: Buffer, to: Uint8Array, begin: number): number | null {
  let at = begin
  to[at++] = quote
  for (let i = 0; i < value.length; i++) {
    const byte = value[i] as number
    if (byte < space || byte > tilde) return null
    to[at++] = byte
    if (byte === quote) to[at++] = quote
  }
  to[at++] = quote
  return at
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
