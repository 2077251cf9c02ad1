// A lake row: what a log record says in columns and, where those do not give its bytes back, the bytes themselves.
import { parseCanonicalTime } from '@health/domain'

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
  readonly offset: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  /** Epoch ms. */
  readonly receivedAt: number
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
export type ReadingCells = readonly [string, string, string, string, string, string]

/** The record in the cells of a row. Throws an `Error` that says what is wrong with them. */
export function parseRow(cells: readonly string[]): LakeRow {
  if (cells.length !== lakeColumns.length) throw new Error(`has ${cells.length} columns, not ${lakeColumns.length}`)
  if (cells.some((cell) => cell.includes('\n'))) throw new Error('has a line break in a cell')
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

/** Before what `raw` holds as base64. */
export const base64Prefix = 'base64:'

function originalBytes(raw: string, cells: ReadingCells): Uint8Array {
  if (raw === '') return Buffer.from(canonicalJson(cells))
  return raw.startsWith(base64Prefix) ? Buffer.from(raw.slice(base64Prefix.length), 'base64') : Buffer.from(raw)
}

/** What an empty `raw` stands for: `formatReading` of the domain from the cells as they stand, not only of whole readings. */
export function canonicalJson([
  patientId,
  sensorId,
  measuredAt,
  glucose,
  heartRate,
  temperature,
]: ReadingCells): string {
  let json = ''
  if (patientId !== '') json += `,"patient_id":"${patientId}"`
  if (sensorId !== '') json += `,"sensor_id":"${sensorId}"`
  if (measuredAt !== '') json += `,"measured_at":"${measuredAt}"`
  if (glucose !== '') json += `,"glucose_mgdl":${glucose}`
  if (heartRate !== '') json += `,"heart_rate_bpm":${heartRate}`
  if (temperature !== '') json += `,"temperature_c":${temperature}`
  return `{${json.slice(1)}}`
}

/** The length of what is around each cell there, the comma before it as well. */
const lengthsAround = [
  ',"patient_id":""',
  ',"sensor_id":""',
  ',"measured_at":""',
  ',"glucose_mgdl":',
  ',"heart_rate_bpm":',
  ',"temperature_c":',
].map(({ length }) => length)

/** The length of `canonicalJson`, which is hardly ever made when that is known. */
export function canonicalLength(cells: ReadingCells): number {
  let length = 0
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i] as string
    if (cell !== '') length += (lengthsAround[i] as number) + cell.length
  }
  // No comma before the first.
  return '{}'.length + Math.max(0, length - 1)
}

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
  const value = parseDecimal(cell)
  if (Number.isNaN(value)) throw new Error(`has ${JSON.stringify(cell)} as ${column}`)
  return value
}

/** The number that a cell holds; NaN for anything but a finite one. */
export function parseDecimal(cell: string): number {
  // Number takes spaces, line breaks and hexadecimal digits as well.
  const value = /^[-+.\deE]+$/.test(cell) ? Number(cell) : Number.NaN
  return Number.isFinite(value) ? value : Number.NaN
}
