// Which rows of a patient's days count at a moment, which the batch view covers, and how those are tidied away.
import { type BatchView, decodeBatchView, readBatchView } from './batch-view.ts'
import { batchKey, daysKey, metaKey, partitionKey } from './keys.ts'
import { decodePartition, fieldsOf, type PartitionState } from './partition-state.ts'
import type { Guard, Operation, ViewStore } from './store.ts'

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
 * batch view covers. After a version of every day it looks everywhere, else at the patients named: what somebody who was
 * interrupted left of others stays until their days change.
 */
export async function dropCovered(store: ViewStore, partitions: number, patientIds: Iterable<string>): Promise<void> {
  const view = await readBatchView(store)
  const everywhere = view.wholeSince === view.version || view.dead.length > 0
  const keys = everywhere ? await store.keys(daysKey('')) : [...patientIds].map(daysKey)
  for (const key of keys) {
    const reads: Operation[] = [
      { op: 'get', key: metaKey, fields: ['epoch'] },
      { op: 'getAll', key },
      { op: 'getAll', key: batchKey },
    ]
    for (let p = 0; p < partitions; p++) reads.push({ op: 'getAll', key: partitionKey(p) })
    const [meta, days = {}, batch = {}, ...states] = ((await store.step([], reads)) ?? []).map(fieldsOf)
    const sameLife: Guard = { key: metaKey, field: 'epoch', equals: meta?.['epoch'] ?? null }
    const sameView = ['version', 'computedAt'].map(
      (field): Guard => ({ key: batchKey, field, equals: batch[field] ?? null }),
    )
    const { covered } = sortDays(Object.keys(days), decodeBatchView(batch), states.map(decodePartition))
    if (covered.length > 0) await store.step([sameLife, ...sameView], [{ op: 'unset', key, fields: covered }])
  }
  if (view.dead.length === 0) return
  // Their rows are gone; but a version published meanwhile names others besides.
  const stillStands: Guard[] = [
    { key: batchKey, field: 'version', equals: String(view.version) },
    { key: batchKey, field: 'computedAt', equals: String(view.computedAt) },
  ]
  await store.step(stillStands, [{ op: 'unset', key: batchKey, fields: ['dead'] }])
}
