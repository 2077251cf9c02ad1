// Prints what a run computed: a table for a person, JSON for a program.
import { type DailyRow, dailyRow, type PatientDailyRow } from '@health/api'
import type { GlucoseFigures, SignalFigures } from '@health/domain'
import { allPatients, type VersionRow } from '@health/views'
import { type BatchResult, describeRun } from './batch-result.ts'

/** What of a result stands beside its rows. */
export type Printed = Pick<BatchResult, 'computedAt' | 'completeTo' | 'watermark'>

/** `{"computed_at","watermark","days":[…]}`: `rows` as `/daily` has them, of every patient, each with its `patient_id`. */
export function formatJson(result: Printed, rows: readonly VersionRow[]): string {
  const days = rows
    .filter(({ patientId }) => patientId !== allPatients)
    .map(
      ({ patientId, date, day }): PatientDailyRow => ({
        patient_id: patientId,
        ...dailyRow({ date, sums: day, batch: result }),
      }),
    )
  const json = {
    computed_at: new Date(result.computedAt).toISOString(),
    watermark: Object.fromEntries(result.watermark),
    days,
  }
  return `${JSON.stringify(json)}\n`
}

const columns = ['patient', 'date', 'avg', 'min', 'max', 'in range', '/min', 'min', 'max', 'records'] as const
/** The columns of text; the others hold numbers. */
const textColumns = 2

/** A line for each of `rows`, those of all patients last, and what the whole run computed from what. */
export function formatTable(result: BatchResult, rows: readonly VersionRow[]): string {
  const ofAll = rows.filter(({ patientId }) => patientId === allPatients)
  const ofPatients = rows.filter(({ patientId }) => patientId !== allPatients)
  const lines = [...ofPatients, ...ofAll].map(({ patientId, date, day }) =>
    cells(patientId === allPatients ? 'all patients' : patientId, dailyRow({ date, sums: day, batch: result })),
  )
  const widths = columns.map((name, i) =>
    lines.reduce((width, line) => Math.max(width, line[i]?.length ?? 0), name.length),
  )
  const align = (line: readonly string[]) =>
    line
      .map((cell, i) => (i < textColumns ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd()
  const rule = widths.map((width) => '─'.repeat(width)).join('  ')
  const groups = groupLine(widths)
  const table = [groups, align(columns), rule, ...separate(lines.map(align), ofPatients.length, rule)]
  return `${lines.length === 0 ? 'No days in this range.' : table.join('\n')}\n\n${describeRun(result)}.\n`
}

/** Which columns belong to which signal. */
function groupLine(widths: readonly number[]): string {
  const before = span(widths, 0, textColumns)
  const glucose = span(widths, textColumns, textColumns + 4)
  return `${' '.repeat(before + 2)}${'glucose mg/dL'.padEnd(glucose)}  heart rate`
}

const span = (widths: readonly number[], from: number, to: number): number =>
  widths.slice(from, to).reduce((sum, width) => sum + width + 2, -2)

const separate = (lines: string[], at: number, rule: string): string[] =>
  at === 0 || at === lines.length ? lines : [...lines.slice(0, at), rule, ...lines.slice(at)]

function cells(patient: string, row: DailyRow): string[] {
  const { glucose_mgdl: glucose, heart_rate_bpm: heartRate } = row
  return [
    patient,
    row.date,
    ...spread(glucose),
    inRange(glucose),
    ...spread(heartRate),
    row.total_records.toLocaleString('en'),
  ]
}

const spread = ({ avg, min, max }: SignalFigures): string[] => [decimal(avg), decimal(min), decimal(max)]

const decimal = (value: number | null): string => (value === null ? '–' : value.toFixed(1))

const inRange = ({ ranges_percent }: GlucoseFigures): string =>
  ranges_percent === null ? '–' : `${ranges_percent.in_range.toFixed(1)} %`
