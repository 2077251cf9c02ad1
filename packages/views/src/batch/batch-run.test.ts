import { expect, test } from 'vitest'
import { type BatchRun, decodeBatchRun, encodeBatchRun } from './batch-run.ts'

const run: BatchRun = {
  state: 'done',
  startedAt: Date.UTC(2026, 10, 24, 2),
  message: '2 days',
  computedAt: Date.UTC(2026, 10, 24, 2, 0, 1),
  rows: 2,
  records: 8,
}

test('a batch run is read back as it was stored', () => {
  for (const one of [run, { ...run, computedAt: null }]) expect(decodeBatchRun(encodeBatchRun(one))).toEqual(one)
})

test('a batch run of the release before, stored as a row, is read', () => {
  const row =
    '{"state":"done","started_at":"2026-11-24T02:00:00.000Z","message":"2 days",' +
    '"computed_at":"2026-11-24T02:00:01.000Z","rows":2,"records":8}'
  expect(decodeBatchRun(row)).toEqual(run)
  expect(decodeBatchRun(row.replace('"2026-11-24T02:00:01.000Z"', 'null'))).toEqual({ ...run, computedAt: null })
})
