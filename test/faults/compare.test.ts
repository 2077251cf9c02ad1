// The comparison that the fault suite relies on must itself see what is wrong.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dailyRow } from '@health/api'
import { beginLakeFile } from '@health/lake'
import type { LogRecord } from '@health/log'
import { recount } from '@health/speed-layer/testing'
import { allPatients } from '@health/views'
import { expect, onTestFinished, test } from 'vitest'
import { compareAcknowledged, compareDays, compareDeadLetters, compareLake } from './compare.ts'
import { createLedger } from './ledger.ts'

const receivedAt = Date.UTC(2026, 10, 24, 8)
const record = (offset: number, fields: object, headers: Record<string, string> = {}): LogRecord => ({
  offset,
  key: null,
  value: Buffer.from(JSON.stringify({ patient_id: 'p1', measured_at: receivedAt + offset, ...fields })),
  receivedAt,
  headers,
})
const whole = [[record(0, { glucose_mgdl: 100 }), record(1, { glucose_mgdl: 200 }), record(2, { heart_rate_bpm: -5 })]]
const records = whole[0] ?? []

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'health-compare-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

test('an acknowledged record that the log lacks is lost, and so is one that it has less often', async () => {
  const ledger = createLedger(join(aFolder(), 'ledger'))
  for (const { value } of records) ledger.acknowledged(Buffer.from(value ?? []))
  expect(compareAcknowledged(ledger, whole)).toEqual([])
  expect(compareAcknowledged(ledger, [records.slice(1)])).toHaveLength(1)
  ledger.acknowledged(Buffer.from(records[0]?.value ?? []))
  expect(compareAcknowledged(ledger, whole)).toHaveLength(1)
  await ledger.close()
})

test('a record that was refused and is in the log is told', async () => {
  const ledger = createLedger(join(aFolder(), 'ledger'))
  expect(compareAcknowledged(ledger, [[record(0, { patient_id: 'refused-1', glucose_mgdl: 1 })]])).toHaveLength(1)
  await ledger.close()
})

test('records missing in the lake, there twice, or there with other bytes are told apart', async () => {
  const lakeDir = aFolder()
  const archive = async (archived: readonly LogRecord[]) => {
    const first = archived[0] as LogRecord
    const file = await beginLakeFile({ lakeDir, topic: 'health_stream', partition: 0, first })
    await file.append(archived)
    await file.publish()
  }
  await archive(records.slice(0, 2))
  expect(await compareLake(lakeDir, whole)).toEqual({ lost: ['0@2'], duplicated: [], changed: [] })
  await archive([record(1, { glucose_mgdl: 201 })])
  const found = await compareLake(lakeDir, whole)
  expect(found).toMatchObject({ lost: ['0@2'], duplicated: ['0@1'] })
  expect(found.changed).toHaveLength(1)
})

test('a day with another count is told, unless it is provisional and such days are left out', async () => {
  const served = (recorded: readonly LogRecord[], provisional: boolean) => async (patientId: string) =>
    [...(recount(recorded).get(patientId) ?? [])].map(([date, day]) =>
      dailyRow({ date, sums: { ...day, provisional }, batch: null }),
    )
  const short = records.slice(1)
  expect(await compareDays(served(records, false), whole, 'compared')).toEqual({
    differences: [],
    compared: 2,
    leftOut: 0,
  })
  expect((await compareDays(served(short, false), whole, 'left out')).differences).toHaveLength(2)
  expect(await compareDays(served(short, true), whole, 'left out')).toEqual({
    differences: [],
    compared: 0,
    leftOut: 2,
  })
  expect((await compareDays(served(short, true), whole, 'compared')).differences.join()).toContain(`of ${allPatients}`)
})

test('an invalid record without its letter is told, and so is a letter of a valid one', () => {
  const letter = (offset: number, reason: string): LogRecord => ({
    ...(records[offset] as LogRecord),
    headers: { source_partition: '0', source_offset: String(offset), reason },
  })
  const right = letter(2, 'implausible_heart_rate')
  expect(compareDeadLetters(whole, [[right, right]])).toEqual([])
  expect(compareDeadLetters(whole, [[]])).toHaveLength(1)
  expect(compareDeadLetters(whole, [[right, letter(0, 'implausible_glucose')]])).toHaveLength(1)
})
