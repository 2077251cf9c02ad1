// A trace: a CSV file of real readings, read row by row.
import { createReadStream } from 'node:fs'
import { idPattern, type Reading, wireTime } from '@health/domain'
import { CsvError, parse } from 'csv-parse'
import { z } from 'zod'

const requiredColumns = ['patient_id', 'sensor_id', 'measured_at', 'glucose_mgdl', 'heart_rate_bpm'] as const

/** The file cannot be read as a trace; the message says where and what is wrong, for the person who wrote it. */
export class TraceError extends Error {
  override name = 'TraceError'
}

export interface TraceSummary {
  rows: number
  /** `measuredAt` of the first row, epoch ms. */
  firstAt: number
}

/** Reads the whole file once. Throws `TraceError` at the first row that is no reading, or when there is none. */
export async function checkTrace(path: string): Promise<TraceSummary> {
  let rows = 0
  let firstAt = 0
  for await (const { measuredAt } of readTrace(path)) if (rows++ === 0) firstAt = measuredAt
  if (rows === 0) throw new TraceError('has no rows')
  return { rows, firstAt }
}

/** The readings of the file in its order, in constant memory. Throws `TraceError` at a row that is none. */
export async function* readTrace(path: string): AsyncGenerator<Reading> {
  const parser = parse({ bom: true, columns: checkHeader, info: true, skip_empty_lines: true, trim: true })
  const file = createReadStream(path)
  file.on('error', (error) => parser.destroy(error))
  try {
    for await (const { record, info } of file.pipe(parser) as AsyncIterable<ParsedRow>)
      yield toReading(record, info.lines)
  } catch (error) {
    throw explain(error)
  } finally {
    file.destroy()
  }
}

interface ParsedRow {
  record: Record<string, string>
  info: { lines: number }
}

const id = z.string().regex(idPattern, 'must be 1 to 64 of A-Z a-z 0-9 . _ -, starting with a letter or digit')
const value = z
  .string()
  .regex(/^([+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?)?$/i, 'must be a number or empty')
  .transform((text) => (text === '' ? null : Number(text)))
  .refine((number) => number === null || Number.isFinite(number), 'must be a finite number')

const row = z
  .object({
    patient_id: id,
    sensor_id: z
      .literal('')
      .transform(() => null)
      .or(id),
    measured_at: wireTime,
    glucose_mgdl: value,
    heart_rate_bpm: value,
    temperature_c: value.default(null),
  })
  .transform(
    (r): Reading => ({
      patientId: r.patient_id,
      sensorId: r.sensor_id,
      measuredAt: r.measured_at,
      glucoseMgdl: r.glucose_mgdl,
      heartRateBpm: r.heart_rate_bpm,
      temperatureC: r.temperature_c,
    }),
  )
  .refine((r) => r.glucoseMgdl !== null || r.heartRateBpm !== null || r.temperatureC !== null, 'has no value')

function toReading(record: Record<string, string>, line: number): Reading {
  const parsed = row.safeParse(record)
  if (parsed.success) return parsed.data
  const faults = parsed.error.issues.map(({ path, message }) => {
    const name = String(path[0] ?? '')
    return name === '' ? message : `${name} is ${JSON.stringify(record[name])}, but ${message}`
  })
  throw new TraceError(`line ${line}: ${faults.join('; ')}`)
}

function checkHeader(names: string[]): string[] {
  const missing = requiredColumns.filter((name) => !names.includes(name))
  if (missing.length > 0) throw new TraceError(`line 1: the header has no ${missing.join(', ')}`)
  return names
}

function explain(error: unknown): unknown {
  if (error instanceof CsvError) return new TraceError(error.message, { cause: error })
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return new TraceError('there is no such file', { cause: error })
  if (code === 'EISDIR' || code === 'EACCES') return new TraceError('it cannot be read as a file', { cause: error })
  return error
}
