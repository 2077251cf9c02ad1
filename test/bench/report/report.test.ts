// A report's files, and when a report may be added to.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { quickSizes } from '../sizes.ts'
import { type MeasuredWork, type Report, readReport, writeReport } from './report.ts'

const machine = {
  processors: '2 × some make',
  memoryBytes: 2 ** 33,
  Node: '24.0.0',
  Kafka: '4.0.0',
  Redis: '7.0.0',
  kcat: '1.7.0',
  Java: '21.0.0',
  Spark: 'not measured',
}
const conditions = { quick: true, machine, sizes: quickSizes }
const aWork = (at: string, perSecond: number): MeasuredWork => ({
  at,
  commit: '0123456',
  loadBefore: 0.1,
  rounds: { 'speed-layer': [{ perSecond }, { perSecond }] },
})
const aReport: Report = { ...conditions, works: { backlog: aWork('2026-11-24T02:00:00.000Z', 200_000) } }

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'health-report-'))
  file = join(folder, 'bench.json')
})
afterEach(() => rmSync(folder, { recursive: true }))

test('a report is written as JSON, a page and a chart', () => {
  writeReport(file, aReport)
  const { lines } = JSON.parse(readFileSync(file, 'utf8'))
  expect(lines[0]).toMatchObject({ work: 'backlog', ours: { median: 200_000 } })
  const page = readFileSync(join(folder, 'benchmarks.md'), 'utf8')
  expect(page).toContain('200,000/s')
  expect(page).toContain('| backlog | 2026-11-24 | 0123456 | 2 | 0.1 |')
  expect(existsSync(join(folder, 'bench.svg'))).toBe(true)
})

test('works that are not measured again stay in a report', () => {
  expect(readReport(file, conditions)).toBeNull()
  writeReport(file, aReport)
  expect(readReport(file, conditions)).toMatchObject(aReport)
})

test('a report of another machine or other sizes is refused', () => {
  writeReport(file, aReport)
  const withOtherRedis = { ...conditions, machine: { ...machine, Redis: '8.0.0' } }
  expect(() => readReport(file, withOtherRedis)).toThrow('Redis "7.0.0", not "8.0.0"')
  expect(() => readReport(file, { ...conditions, quick: false })).toThrow('quick true, not false')
})
