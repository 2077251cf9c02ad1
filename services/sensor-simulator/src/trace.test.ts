import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Reading } from '@health/domain'
import { expect, onTestFinished, test } from 'vitest'
import { checkTrace, readTrace, TraceError } from './trace.ts'

const sample = fileURLToPath(new URL('../../../data/samples/uom-2303.csv', import.meta.url))
const header = 'patient_id,sensor_id,measured_at,glucose_mgdl,heart_rate_bpm'
const row = 'p001,cgm,2026-11-24T02:00:00Z,184,93'

async function aTrace(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'trace-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const path = join(folder, 'trace.csv')
  await writeFile(path, text)
  return path
}

async function readingsOf(text: string): Promise<Reading[]> {
  const readings: Reading[] = []
  for await (const reading of readTrace(await aTrace(text))) readings.push(reading)
  return readings
}
const faultOf = async (text: string): Promise<string> => {
  const error = await checkTrace(await aTrace(text)).catch((error: unknown) => error)
  return error instanceof TraceError ? error.message : `no TraceError: ${String(error)}`
}

test('the sample is a trace', async () => {
  expect(await checkTrace(sample)).toEqual({ rows: 5960, firstAt: Date.UTC(2023, 9, 17, 0, 3) })
})

test('a row is a reading; empty cells are no values', async () => {
  const text = `\ufeff${header},temperature_c,comment\r\n${row},36.6,"well, well"\r\n\r\np1,,2026-11-24T09:00:00+07:00, 5e1 ,,,\r\n`
  const first = { patientId: 'p001', sensorId: 'cgm', glucoseMgdl: 184, heartRateBpm: 93, temperatureC: 36.6 }
  const second = { patientId: 'p1', sensorId: null, glucoseMgdl: 50, heartRateBpm: null, temperatureC: null }
  const measuredAt = Date.UTC(2026, 10, 24, 2)
  expect(await readingsOf(text)).toEqual([
    { ...first, measuredAt },
    { ...second, measuredAt },
  ])
})

test('an implausible value is sent as it is: that is judged later', async () => {
  expect(await readingsOf(`${header}\n${row.replace(',93', ',-5')}\n`)).toMatchObject([{ heartRateBpm: -5 }])
})

test.each([
  ['line 3: glucose_mgdl is "high", but must be a number or empty', row.replace('184', 'high')],
  ['line 3: heart_rate_bpm is "1e999", but must be a finite number', row.replace('93', '1e999')],
  ['line 3: patient_id is "../x", but must be 1 to 64', row.replace('p001', '../x')],
  ['line 3: sensor_id is "a b", but must be', row.replace('cgm', 'a b')],
  ['line 3: measured_at is "2026-02-30T00:00:00Z", but must be RFC 3339', row.replace('11-24T02', '02-30T00')],
  ['line 3: has no value', row.replace('184,93', ',')],
  ['line 3', 'p001,cgm'],
  ['line 3', `${row},more`],
  ['line 3', '"p001'],
])('a wrong row is named with its line, its field and what is allowed: %s', async (message, wrong) => {
  expect(await faultOf(`${header}\n${row}\n${wrong}\n`)).toContain(message)
})

test('a wrong field is named beside another', async () => {
  expect(await faultOf(`${header}\n,cgm,yesterday,1,2`)).toMatch(
    /^line 2: patient_id is "".*; measured_at is "yesterday"/,
  )
})

test('a file without rows or columns says so', async () => {
  expect(await faultOf('')).toBe('has no rows')
  expect(await faultOf(`${header}\n`)).toBe('has no rows')
  expect(await faultOf('patient_id,time\n')).toContain('the header has no sensor_id, measured_at, glucose_mgdl')
})

test('a file that cannot be read says so', async () => {
  await expect(checkTrace('/nowhere/trace.csv')).rejects.toThrow(new TraceError('there is no such file'))
  await expect(checkTrace(tmpdir())).rejects.toThrow(new TraceError('it cannot be read as a file'))
})
