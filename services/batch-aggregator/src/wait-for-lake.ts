// Waits until the lake holds every record below the merge line, asking the archiver for it.
import { setTimeout as pause } from 'node:timers/promises'
import { listDates, lookUpPartition, readLastRow } from '@health/lake'
import { tellViews, type ViewStore } from '@health/views'
import { lakeBehind } from './batch-failed.ts'
import { inWords } from './batch-result.ts'

export interface WaitOptions {
  views: ViewStore
  lakeDir: string
  topic: string
  /** Without any progress for so long, it gives up. */
  patienceMs: number
  tell(message: string): Promise<void>
  signal: AbortSignal | undefined
}

/** How often is looked, and how often the archiver is asked again: it may have been away. */
const lookMs = 50
const askMs = 1000

/** Resolves once the lake covers `line` (partition → next offset). Throws `BatchFailed` when it does not get on. */
export async function waitForLake(line: ReadonlyMap<number, number>, options: WaitOptions): Promise<void> {
  const { views, lakeDir, patienceMs, tell, signal } = options
  const missing = new Map<number, number>()
  let fewest = Number.POSITIVE_INFINITY
  let stood = 0
  for (let waited = 0; ; waited += lookMs) {
    await lookUp(line, missing, options)
    const records = [...missing.values()].reduce((sum, n) => sum + n, 0)
    if (records === 0) return
    stood = records < fewest ? 0 : stood + lookMs
    fewest = Math.min(fewest, records)
    if (stood >= patienceMs) throw lakeBehind(lakeDir, inWords(records, 'record'), stood)
    if (waited % askMs === 0) {
      await tell(`waiting for the archiver: ${inWords(records, 'record')}`)
      const wanted = [...line].filter(([partition]) => missing.get(partition) !== 0)
      await tellViews(views, { kind: 'lake-wanted', offsets: Object.fromEntries(wanted) })
    }
    signal?.throwIfAborted()
    await pause(lookMs)
  }
}

/** Notes how many records of each partition are missing. What was covered once stays so. */
async function lookUp(
  line: ReadonlyMap<number, number>,
  missing: Map<number, number>,
  { lakeDir, topic }: WaitOptions,
): Promise<void> {
  const { dates } = await listDates(lakeDir)
  for (const [partition, end] of line) {
    if (end === 0 || missing.get(partition) === 0) continue
    const { newest } = await lookUpPartition(lakeDir, topic, partition, dates)
    const covered = newest === null ? 0 : (await readLastRow(newest)).offset + 1
    missing.set(partition, Math.max(0, end - covered))
  }
}
