import { ConfigError } from '@health/runtime'
import { describe, expect, test } from 'vitest'
import { createBatchWorld } from './batch.fixture.ts'
import type { BatchResult } from './batch-result.ts'
import { readArguments } from './command.ts'
import { formatJson, formatTable } from './print.ts'
import { runBatch } from './run.ts'

describe('the arguments', () => {
  test('are all optional', () => {
    expect(readArguments([])).toMatchObject({ json: false, lake: undefined, system: undefined })
  })

  test('may come behind the -- that pnpm hands on', () => {
    expect(readArguments(['--', '--json', '--from', '2026-11-24'])).toMatchObject({ json: true, from: '2026-11-24' })
  })

  test.each([['--jsn'], ['--from', '24.11.2026'], ['--to', '2026-02-30'], ['--system', 'k8s'], ['stray']])(
    'that are wrong are refused with the usage: %s %s',
    (...args) => {
      expect(() => readArguments(args)).toThrow(ConfigError)
      expect(() => readArguments(args)).toThrow('Usage: pnpm run batch')
    },
  )
})

async function aResult(): Promise<BatchResult> {
  const world = await createBatchWorld()
  world.produce(0, 3)
  world.produce(1, 1)
  await world.apply()
  await world.archive()
  return runBatch(world.options)
}

test('the JSON holds the rows of every patient, with the watermark', async () => {
  const result = await aResult()
  const json = JSON.parse(formatJson(result, result.rows))
  expect(Object.keys(json)).toEqual(['computed_at', 'watermark', 'days'])
  expect(json.watermark).toEqual({ 0: 3, 1: 1 })
  expect(json.days).toHaveLength(2)
  expect(json.days[0]).toMatchObject({
    patient_id: 'p001',
    date: '2026-11-24',
    glucose_mgdl: { avg: 101, min: 100, max: 102, count: 3 },
    total_records: 3,
    provisional: false,
  })
})

test('the table has a line for every patient and day, then all patients, then what was computed', async () => {
  const result = await aResult()
  expect(formatTable({ ...result, tookMs: 412 }, result.rows)).toBe(
    [
      '                          glucose mg/dL                  heart rate',
      'patient       date          avg    min    max  in range  /min   min   max  records',
      '────────────  ──────────  ─────  ─────  ─────  ────────  ────  ────  ────  ───────',
      'p001          2026-11-24  101.0  100.0  102.0   100.0 %  61.0  60.0  62.0        3',
      'p002          2026-11-24  100.0  100.0  100.0   100.0 %  60.0  60.0  60.0        1',
      '────────────  ──────────  ─────  ─────  ─────  ────────  ────  ────  ────  ───────',
      'all patients  2026-11-24  100.8  100.0  102.0   100.0 %  60.8  60.0  62.0        4',
      '',
      '2 patients over 1 day from 4 records in 0.4 s, complete to 2026-11-24T08:02:00.000Z.',
      '',
    ].join('\n'),
  )
})

test('an empty range of days says so', async () => {
  const result = await aResult()
  expect(formatTable(result, [])).toContain('No days in this range.')
})
