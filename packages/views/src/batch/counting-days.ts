// Which rows of a patient's days count at a moment, which the batch view covers, and how those are tidied away.

import { allPatients, batchKey, daysKey, metaKey, partitionKey, versionField } from '../keys.ts'
import { decodePartition, fieldsOf, type PartitionState } from '../partition-state.ts'
import type { Guard, Operation, ViewStore } from '../store/store.ts'
import { type BatchView, decodeBatchView, readBatchView } from './batch-view.ts'

/** The fields of a day hash: which of them count, and which are covered by those. Versions still being made are neither. */
export function sortDays(
  fields: Iterable<string>,
  { version, wholeSince, dead }: Pick<BatchView, 'version' | 'wholeSince' | 'dead'>,
  partitions: readonly PartitionState[],
): { counting: string[]; covered: string[] } {
  const counting: string[] = []
  const covered: string[] = []
  const newest = new Map<string, { of: number; field: string }>()
  for (const field of fields) {
    const [kind, first, second] = field.split('|')
    if (kind !== 'b') {
      const partition = partitions[Number(first)]
      const isLive = partition !== undefined && Number(second) >= partition.liveFrom
      ;(isLive ? counting : covered).push(field)
      continue
    }
    const of = Number(first)
    const date = second ?? ''
    if (of > version) continue
    const before = newest.get(date)
    if (of < wholeSince || dead.includes(of) || (before !== undefined && before.of > of)) covered.push(field)
    else {
      if (before !== undefined) covered.push(before.field)
      newest.set(date, { of, field })
    }
  }
  for (const { field } of newest.values()) counting.push(field)
  return { counting, covered }
}

/**
 * Removes what no reader counts any more: rows that newer ones replace or that were never published, slots that the
 * batch view covers. What a version of touched days covers of its patients bears the same names as what it covers of all
 * patients together, so only those are read, however long the history. After a version of every day, and after a run that
 * was interrupted in here, it looks everywhere.
 */
export async function dropCovered(store: ViewStore, partitions: number, patientIds: Iterable<string>): Promise<void> {
  const view = await readBatchView(store)
  const together = await findCovered(store, partitions, daysKey(allPatients))
  const isReplaced = (field: string) => together.counting.has(versionField(view.version, dateOfField(field)))
  const isWhole = view.wholeSince === view.version
  if (isWhole || view.dead.length > 0 || !together.covered.every(isReplaced)) await dropEverywhere(store, partitions)
  else if (together.covered.length > 0) await dropFields(store, patientIds, together)
  if (view.dead.length === 0) return
  // Their rows are gone; but a version published meanwhile names others besides.
  const stillStands: Guard[] = [
    { key: batchKey, field: 'version', equals: String(view.version) },
    { key: batchKey, field: 'computedAt', equals: String(view.computedAt) },
  ]
  await store.step(stillStands, [{ op: 'unset', key: batchKey, fields: ['dead'] }])
}

async function dropEverywhere(store: ViewStore, partitions: number): Promise<void> {
  for (const key of allPatientsLast(await store.keys(daysKey('')))) {
    const { covered, guards } = await findCovered(store, partitions, key)
    if (covered.length > 0) await store.step(guards, [{ op: 'unset', key, fields: covered }])
  }
}

const patientsAtOnce = 500

async function dropFields(store: ViewStore, patientIds: Iterable<string>, { covered, guards }: Covered): Promise<void> {
  const keys = allPatientsLast(Array.from(new Set(patientIds).add(allPatients), daysKey))
  for (let from = 0; from < keys.length; from += patientsAtOnce) {
    const some = keys.slice(from, from + patientsAtOnce)
    await store.step(
      guards,
      some.map((key) => ({ op: 'unset', key, fields: covered })),
    )
  }
}

/** So whoever is interrupted leaves behind what tells the next one. No id sorts before `*`. */
const allPatientsLast = (keys: string[]): string[] => keys.sort().reverse()

/** The fields of a day hash, sorted, and the guards of whoever removes some. */
interface Covered {
  counting: ReadonlySet<string>
  covered: readonly string[]
  guards: readonly Guard[]
}

async function findCovered(store: ViewStore, partitions: number, key: string): Promise<Covered> {
  const reads: Operation[] = [
    { op: 'get', key: metaKey, fields: ['epoch'] },
    { op: 'getAll', key },
    { op: 'getAll', key: batchKey },
  ]
  for (let p = 0; p < partitions; p++) reads.push({ op: 'getAll', key: partitionKey(p) })
  const [meta, days = {}, batch = {}, ...states] = ((await store.step([], reads)) ?? []).map(fieldsOf)
  const { counting, covered } = sortDays(Object.keys(days), decodeBatchView(batch), states.map(decodePartition))
  const sameLife: Guard = { key: metaKey, field: 'epoch', equals: meta?.['epoch'] ?? null }
  const sameView = ['version', 'computedAt'].map(
    (field): Guard => ({ key: batchKey, field, equals: batch[field] ?? null }),
  )
  return { counting: new Set(counting), covered, guards: [sameLife, ...sameView] }
}

const dateOfField = (field: string): string => field.slice(field.lastIndexOf('|') + 1)
