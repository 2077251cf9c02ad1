// Compares what the system has with what it should have, record by record; every difference is one line.
import { type DailyRow, dailyRow } from '@health/api'
import { parseReading, type Verdict, validateReading } from '@health/domain'
import { listLake, readLakeFile } from '@health/lake'
import type { LogRecord } from '@health/log'
import { recount } from '@health/speed-layer/testing'
import {
  allPatients,
  decodeReadings,
  itemsOf,
  readAlerts,
  readDays,
  readPartitions,
  readPatients,
  type ViewStore,
} from '@health/views'
import type { Ledger } from './ledger.ts'
import type { WholeLog } from './read-log.ts'

/** Acknowledged records that the log does not have, and records of refused requests that it has. */
export function compareAcknowledged(ledger: Ledger, whole: WholeLog): string[] {
  const held = countBytes(whole)
  const differences: string[] = []
  for (const { value } of whole.flat()) {
    const bytes = Buffer.from(value ?? [])
    const patientId = /"patient_id":"(refused-[^"]*)"/.exec(bytes.toString())?.[1]
    if (patientId !== undefined) differences.push(`${patientId} was stored, but refused`)
  }
  for (const [text, count] of ledger.records) {
    const lost = count - (held.get(text) ?? 0)
    if (lost > 0) differences.push(`lost ${lost} × ${Buffer.from(text, 'base64')}`)
  }
  return differences
}

/** Records of the log that nobody sent, or that were refused: more of the same bytes than can be. */
export function compareStored(ledger: Ledger, whole: WholeLog): string[] {
  return [...countBytes(whole)].flatMap(([text, count]) => {
    const extra = count - (ledger.records.get(text) ?? 0) - (ledger.possible.get(text) ?? 0)
    return extra > 0 ? [`${extra} × too often: ${Buffer.from(text, 'base64')}`] : []
  })
}

/** Bytes (base64) → how many records of the log are these. */
function countBytes(whole: WholeLog): Map<string, number> {
  const held = new Map<string, number>()
  for (const { value } of whole.flat()) {
    const text = Buffer.from(value ?? []).toString('base64')
    held.set(text, (held.get(text) ?? 0) + 1)
  }
  return held
}

export interface LakeComparison {
  lost: string[]
  duplicated: string[]
  changed: string[]
}

/** The lake against the log: each record once, its bytes the same. Throws where a file is damaged. */
export async function compareLake(lakeDir: string, whole: WholeLog): Promise<LakeComparison> {
  const { files, foreign } = await listLake(lakeDir)
  const seen = new Set<string>()
  const differences: LakeComparison = { lost: [], duplicated: [], changed: foreign.map((path) => `foreign ${path}`) }
  for (const file of files) {
    for await (const row of readLakeFile(file)) {
      const id = `${row.partition}@${row.offset}`
      if (seen.has(id)) differences.duplicated.push(id)
      seen.add(id)
      const record = whole[row.partition]?.[row.offset]
      const isSame =
        record !== undefined &&
        record.receivedAt === row.receivedAt &&
        Buffer.compare(row.bytes, record.value ?? Buffer.alloc(0)) === 0
      if (!isSame) differences.changed.push(`${id} in ${file.path}`)
    }
  }
  for (const [partition, records] of whole.entries()) {
    for (const { offset } of records) {
      if (!seen.has(`${partition}@${offset}`)) differences.lost.push(`${partition}@${offset}`)
    }
  }
  return differences
}

/** The real-time views against those of a replay: positions, counts, patients, live windows, status changes. */
export async function compareViews(views: ViewStore, replayed: ViewStore, partitions: number): Promise<string[]> {
  const [are, should] = await Promise.all([views, replayed].map((store) => describeViews(store, partitions)))
  return differencesOf(are ?? new Map(), should ?? new Map())
}

/** Everything that a replay must give again, by name. */
async function describeViews(store: ViewStore, partitions: number): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  const states = await readPartitions(store, partitions)
  for (const [partition, { position, receivedAt, counts }] of states.entries()) {
    found.set(`partition ${partition}`, stable({ position, receivedAt, ...counts }))
  }
  for (const [partition, patients] of (await readPatients(store, partitions)).entries()) {
    for (const [id, state] of patients) found.set(`patient ${id} of partition ${partition}`, stable(state))
  }
  for (const key of await store.keys('recent:')) {
    const [reply] = (await store.step([], [{ op: 'getAll', key }])) ?? []
    found.set(key, stable(reply))
  }
  for (const key of await store.keys('readings:')) {
    const [reply] = (await store.step([], [{ op: 'range', key, from: 0, to: -1 }])) ?? []
    // What came together is an item, which a replay need not repeat.
    found.set(key, stable(itemsOf(reply).flatMap(decodeReadings)))
  }
  const alerts = await readAlerts(store, partitions, 500 * partitions)
  const times = new Map<string, number>()
  for (const { id } of alerts) times.set(id, (times.get(id) ?? 0) + 1)
  for (const alert of alerts) found.set(`alert ${alert.id}`, stable({ ...alert, told: times.get(alert.id) }))
  return found
}

export interface DaysComparison {
  differences: string[]
  compared: number
  /** Days that are marked as not exact yet. */
  leftOut: number
}

/** The days of every patient and of all together, as served, against a recount. Provisional days may be left out. */
export async function compareDays(
  served: (patientId: string) => Promise<DailyRow[]>,
  whole: WholeLog,
  provisional: 'compared' | 'left out',
): Promise<DaysComparison> {
  const comparison: DaysComparison = { differences: [], compared: 0, leftOut: 0 }
  const expected = recount(whole.flat())
  for (const patientId of new Set([...expected.keys(), allPatients])) {
    const rows = await served(patientId)
    const skipped = new Set(
      provisional === 'left out' ? rows.filter((row) => row.provisional).map((row) => row.date) : [],
    )
    const are = new Map(rows.map((row) => [`day ${row.date} of ${patientId}`, figures(row)]))
    const days = [...(expected.get(patientId) ?? [])]
    const should = new Map(
      days.map(([date, day]) => [`day ${date} of ${patientId}`, figures(dailyRow({ date, sums: day, batch: null }))]),
    )
    for (const date of skipped) for (const map of [are, should]) map.delete(`day ${date} of ${patientId}`)
    comparison.differences.push(...differencesOf(are, should))
    comparison.compared += should.size
    comparison.leftOut += skipped.size
  }
  return comparison
}

/** Straight from the views, where no dashboard server is asked. */
export const daysInViews = (views: ViewStore, partitions: number) => async (patientId: string) =>
  (await readDays(views, patientId, partitions)).map(dailyRow)

/** As `GET /api/daily` and `GET /api/patients/:id/daily` answer. */
export const daysByRest = (dashboard: string) => async (patientId: string) => {
  const path = patientId === allPatients ? '/api/daily' : `/api/patients/${patientId}/daily`
  const answer = await fetch(dashboard + path)
  if (!answer.ok) throw new Error(`GET ${path}: ${answer.status} ${await answer.text()}`)
  return (await answer.json()) as DailyRow[]
}

/** Invalid records that no dead letter tells of, and letters of records that were valid. */
export function compareDeadLetters(whole: WholeLog, letters: WholeLog): string[] {
  const told = new Map<string, LogRecord>()
  for (const letter of letters.flat()) {
    told.set(`${letter.headers['source_partition']}@${letter.headers['source_offset']}`, letter)
  }
  const differences: string[] = []
  for (const [partition, records] of whole.entries()) {
    for (const record of records) {
      const id = `${partition}@${record.offset}`
      const reasons = judge(record).dropped.join()
      const letter = told.get(id)
      told.delete(id)
      if (reasons === '' && letter === undefined) continue
      const isSame = letter?.headers['reason'] === reasons && holdsBytes(letter, record)
      if (!isSame)
        differences.push(`dead letter of ${id}: is ${letter?.headers['reason']}, should be ${reasons || 'none'}`)
    }
  }
  for (const id of told.keys()) differences.push(`dead letter of ${id}, which is no record`)
  return differences
}

/** A record that is too long to be written again leaves its bytes out, and says how many. */
function holdsBytes({ value, headers }: LogRecord, record: LogRecord): boolean {
  const [kept, original] = [value ?? Buffer.alloc(0), record.value ?? Buffer.alloc(0)]
  return headers['omitted_bytes'] === String(original.length) || Buffer.compare(kept, original) === 0
}

/** What every layer must say of a record. */
export function judge({ key, value, receivedAt }: LogRecord): Verdict {
  return validateReading(parseReading(value, key), receivedAt)
}

function differencesOf(are: ReadonlyMap<string, string>, should: ReadonlyMap<string, string>): string[] {
  const names = new Set([...are.keys(), ...should.keys()])
  return [...names].flatMap((name) => {
    const [is, wanted] = [are.get(name), should.get(name)]
    return is === wanted ? [] : [`${name}: is ${is}, should be ${wanted}`]
  })
}

/**
 * Sums are added in another order, so that averages agree only nearly. An average half-way between two rounded values,
 * like 177.9921875, is common; the nudge takes it to one side whatever its last bit is.
 */
function figures({ date, glucose_mgdl: glucose, heart_rate_bpm: heart, ...row }: DailyRow): string {
  const { total_records, valid_records, invalid_records, duplicate_records } = row
  const rounded = (signal: object) =>
    Object.entries(signal).map(([name, value]) => [
      name,
      typeof value === 'number' ? Number((value * (1 + 1e-12)).toPrecision(9)) : value,
    ])
  return stable({
    date,
    records: [total_records, valid_records, invalid_records, duplicate_records],
    glucose: rounded(glucose),
    heart: rounded(heart),
  })
}

/** JSON with the fields of every object in the same order. */
const stable = (value: unknown): string =>
  JSON.stringify(value, (_name, part) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
