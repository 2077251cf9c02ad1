// A lake row: what a log record says in columns and, where those do not give its bytes back, the bytes themselves.
import { isUtf8 } from 'node:buffer'
import { parseCanonicalTime, parseReading } from '@health/domain'
import { stringify } from 'csv-stringify/sync'

/** The columns of every lake file, for ever. */
export const lakeColumns = [
  'partition',
  'offset',
  'received_at',
  'patient_id',
  'sensor_id',
  'measured_at',
  'glucose_mgdl',
  'heart_rate_bpm',
  'temperature_c',
  'raw',
] as const

/** The first line of every lake file. */
export const lakeHeader = `${lakeColumns.join(',')}\n`

/** What the archiver needs of a log record. */
export interface ArchivedRecord {
  offset: number
  key: Uint8Array | null
  value: Uint8Array | null
  /** Epoch ms. */
  receivedAt: number
}

/** A record as the lake gives it back. What the record did not say, or what could not be read of it, is `null`. */
export interface LakeRow {
  partition: number
  offset: number
  /** Epoch ms, as all times here. */
  receivedAt: number
  patientId: string | null
  sensorId: string | null
  measuredAt: number | null
  /** Signals are there only if the whole record is a reading; plausible or not. */
  glucoseMgdl: number | null
  heartRateBpm: number | null
  temperatureC: number | null
  /** The record's value. No bytes stand for an absent value as well: the lake does not tell the two apart. */
  bytes: Uint8Array
}

/** patient_id to temperature_c, in their order, as text; empty where absent. */
type ReadingCells = readonly [string, string, string, string, string, string]

/**
 * The rows of consecutive records of one partition, each with its line end. Only `raw` can hold what CSV must quote:
 * the other cells are numbers, times and ids, which need no look.
 */
export function formatRows(partition: number, records: readonly ArchivedRecord[]): string {
  let rows = ''
  for (let from = 0; from < records.length; from += portion) {
    rows += formatPortion(partition, records.slice(from, from + portion))
  }
  return rows
}

/** More at a time take longer a row: what is made on the way outlives the heap's young generation. */
const portion = 500

function formatPortion(partition: number, records: readonly ArchivedRecord[]): string {
  const cells = records.map(readingCells)
  const raws = records.map(({ value }, i) => [rawCell(value ?? nothing, cells[i] ?? none)])
  // No cell holds a line break, so that each line is one cell.
  const quoted = stringify(raws).split('\n')
  let time = Number.NaN
  let timeText = ''
  let rows = ''
  for (let i = 0; i < records.length; i++) {
    const { offset, receivedAt } = records[i] as ArchivedRecord
    if (receivedAt !== time) {
      time = receivedAt
      timeText = new Date(time).toISOString()
    }
    rows += `${partition},${offset},${timeText},${(cells[i] ?? none).join(',')},${quoted[i]}\n`
  }
  return rows
}

/** The record in the cells of a row. Throws an `Error` that says what is wrong with them. */
export function parseRow(cells: readonly string[]): LakeRow {
  if (cells.length !== lakeColumns.length) throw new Error(`has ${cells.length} columns, not ${lakeColumns.length}`)
  const [partition = '', offset = '', receivedAt = '', patientId = '', sensorId = '', measuredAt = ''] = cells
  const [glucose = '', heartRate = '', temperature = '', raw = ''] = cells.slice(6)
  return {
    partition: wholeNumber('partition', partition),
    offset: wholeNumber('offset', offset),
    receivedAt: time('received_at', receivedAt),
    patientId: patientId || null,
    sensorId: sensorId || null,
    measuredAt: measuredAt === '' ? null : time('measured_at', measuredAt),
    glucoseMgdl: decimal('glucose_mgdl', glucose),
    heartRateBpm: decimal('heart_rate_bpm', heartRate),
    temperatureC: decimal('temperature_c', temperature),
    bytes: originalBytes(raw, [patientId, sensorId, measuredAt, glucose, heartRate, temperature]),
  }
}

const nothing = new Uint8Array()
const none: ReadingCells = ['', '', '', '', '', '']

function readingCells({ key, value }: ArchivedRecord): ReadingCells {
  const parsed = parseReading(value, key === null ? null : asBuffer(key).toString())
  const { patientId, sensorId, measuredAt } = parsed.kind === 'accepted' ? parsed.reading : parsed
  const time = measuredAt === null ? '' : new Date(measuredAt).toISOString()
  if (parsed.kind === 'rejected') return [patientId ?? '', sensorId ?? '', time, '', '', '']
  const { glucoseMgdl, heartRateBpm, temperatureC } = parsed.reading
  return [
    patientId ?? '',
    sensorId ?? '',
    time,
    numberCell(glucoseMgdl),
    numberCell(heartRateBpm),
    numberCell(temperatureC),
  ]
}

const numberCell = (value: number | null): string => (value === null ? '' : String(value))

const base64Prefix = 'base64:'
/** Control characters, and the two separators of Unicode that readers may take for line breaks. */
const unfit = /[\p{Cc}\u2028\u2029]/u

function rawCell(value: Uint8Array, cells: ReadingCells): string {
  const bytes = asBuffer(value)
  // Canonical JSON is ASCII, so that nothing but the same bytes reads the same as Latin-1.
  if (bytes.toString('latin1') === canonicalJson(cells)) return ''
  const text = isUtf8(bytes) ? bytes.toString() : ''
  // An empty value becomes base64 of nothing: an empty cell says that the columns have it all.
  if (text === '' || unfit.test(text) || text.startsWith(base64Prefix)) return base64Prefix + bytes.toString('base64')
  return text
}

function originalBytes(raw: string, cells: ReadingCells): Uint8Array {
  if (raw === '') return Buffer.from(canonicalJson(cells))
  return raw.startsWith(base64Prefix) ? Buffer.from(raw.slice(base64Prefix.length), 'base64') : Buffer.from(raw)
}

/** `formatReading` of the domain, from the cells as they stand, and for what is no whole reading as well. */
function canonicalJson([patientId, sensorId, measuredAt, glucose, heartRate, temperature]: ReadingCells): string {
  let json = ''
  if (patientId !== '') json += `,"patient_id":"${patientId}"`
  if (sensorId !== '') json += `,"sensor_id":"${sensorId}"`
  if (measuredAt !== '') json += `,"measured_at":"${measuredAt}"`
  if (glucose !== '') json += `,"glucose_mgdl":${glucose}`
  if (heartRate !== '') json += `,"heart_rate_bpm":${heartRate}`
  if (temperature !== '') json += `,"temperature_c":${temperature}`
  return `{${json.slice(1)}}`
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

function wholeNumber(column: string, cell: string): number {
  if (!/^\d+$/.test(cell) || !Number.isSafeInteger(Number(cell)))
    throw new Error(`has ${JSON.stringify(cell)} as ${column}`)
  return Number(cell)
}

function time(column: string, cell: string): number {
  const ms = parseCanonicalTime(cell)
  if (ms === null) throw new Error(`has ${JSON.stringify(cell)} as ${column}`)
  return ms
}

function decimal(column: string, cell: string): number | null {
  if (cell === '') return null
  if (!Number.isFinite(Number(cell))) throw new Error(`has ${JSON.stringify(cell)} as ${column}`)
  return Number(cell)
}
