// Tells the days that changed: of the patients somebody watches, and of all patients together.
import { type DailyRow, dailyRow } from '@health/api'
import { allPatients, readDays, type ViewStore, ViewsUnavailable } from '@health/views'
import { createThrottle } from './throttle.ts'

export interface DailyOptions {
  store: ViewStore
  partitions: number
  isWatched(patientId: string): boolean
  tell(patientId: string, changed: DailyRow[]): void
  /** Epoch ms. */
  now(): number
}

export interface DailyTeller {
  /** The days of these patients may have changed: told soon, at most every two seconds. */
  changed(patientIds: Iterable<string>): void
  /** The same after a batch run was published: told at once. */
  published(patientIds: Iterable<string>): void
  /** Rejects on a bug. */
  failed: Promise<never>
  stop(): void
}

const everyMs = 2_000
/** Whoever watches has asked for the days before; of those, so many are kept up to date. */
const daysTold = 31

export function createDailyTeller({ store, partitions, isWatched, tell, now }: DailyOptions): DailyTeller {
  const due = new Set<string>()
  /** Of each patient told: what the rows were like, by date. */
  const told = new Map<string, Map<string, string>>()
  const bug = Promise.withResolvers<never>()
  let telling = false
  let again = false

  async function tellDue(): Promise<void> {
    again = telling
    if (telling) return
    telling = true
    do {
      again = false
      for (const patientId of told.keys()) if (!isTold(patientId)) told.delete(patientId)
      const patientIds = [...due].filter(isTold)
      due.clear()
      for (const patientId of patientIds) await tellDays(patientId)
    } while (again)
    telling = false
    if (due.size > 0) throttle.request()
  }

  async function tellDays(patientId: string): Promise<void> {
    try {
      const rows = (await readDays(store, patientId, partitions)).slice(-daysTold).map(dailyRow)
      const before = told.get(patientId)
      const changed = rows.filter((row) => before?.get(row.date) !== versionOf(row))
      told.set(patientId, new Map(rows.map((row) => [row.date, versionOf(row)])))
      if (changed.length > 0) tell(patientId, changed)
    } catch (error) {
      if (!(error instanceof ViewsUnavailable)) throw error
      due.add(patientId)
    }
  }

  const isTold = (patientId: string): boolean => patientId === allPatients || isWatched(patientId)
  const run = () => void tellDue().catch(bug.reject)
  const throttle = createThrottle(everyMs, run, now)
  const add = (patientIds: Iterable<string>) => {
    for (const patientId of patientIds) due.add(patientId)
    due.add(allPatients)
  }

  return {
    changed(patientIds) {
      add(patientIds)
      throttle.request()
    },
    published(patientIds) {
      add(patientIds)
      run()
    },
    failed: bug.promise,
    stop: throttle.stop,
  }
}

/** A day's figures change only with its records or with the batch run that computed them. */
const versionOf = ({ total_records, computed_at, provisional }: DailyRow): string =>
  `${total_records} ${computed_at} ${provisional}`
