// The state of one log partition in the views: how far it is applied, which slot takes the increments, what was counted.
import { partitionKey } from './keys.ts'
import type { Guard, Reply, ViewStore } from './store/store.ts'

export interface PartitionState {
  /** The next offset to apply; `null` when nothing was applied yet. */
  position: number | null
  /** Where the records begin that the log still had; what lay before was deleted before it could be applied. */
  from?: number
  /** The slot that takes the increments of days now. */
  slot: number
  /** The first slot that still counts: what lies in earlier ones is in the batch view. */
  liveFrom: number
  /** `received_at` of the newest record applied, epoch ms; 0 before the first. */
  receivedAt: number
  counts: RecordCounts
}

/** What became of the records so far. `dropped` counts signals and records by reason, so it may exceed `invalid`. */
export interface RecordCounts {
  records: number
  valid: number
  invalid: number
  duplicate: number
  /** What people did about alerts. */
  actions: number
  /** Records that retention deleted before they could be applied. */
  lost: number
  dropped: Record<string, number>
}

const counters = ['records', 'valid', 'invalid', 'duplicate', 'actions', 'lost'] as const
const droppedPrefix = 'dropped:'

/** Reads the state of the partitions 0 … `partitions` − 1, in one step. */
export async function readPartitions(store: ViewStore, partitions: number): Promise<PartitionState[]> {
  const all = Array.from({ length: partitions }, (_, partition) => partition)
  const replies = await store.step(
    [],
    all.map((partition) => ({ op: 'getAll', key: partitionKey(partition) })),
  )
  return all.map((partition) => decodePartition(fieldsOf(replies?.[partition])))
}

export function decodePartition(fields: Record<string, string>): PartitionState {
  const counts: RecordCounts = { records: 0, valid: 0, invalid: 0, duplicate: 0, actions: 0, lost: 0, dropped: {} }
  for (const counter of counters) counts[counter] = Number(fields[counter] ?? 0)
  for (const [field, value] of Object.entries(fields)) {
    if (field.startsWith(droppedPrefix)) counts.dropped[field.slice(droppedPrefix.length)] = Number(value)
  }
  return {
    position: fields['position'] === undefined ? null : Number(fields['position']),
    ...(fields['from'] !== undefined && { from: Number(fields['from']) }),
    slot: Number(fields['slot'] ?? 0),
    liveFrom: Number(fields['liveFrom'] ?? 0),
    receivedAt: Number(fields['receivedAt'] ?? 0),
    counts,
  }
}

/** The fields that the speed layer writes with every batch; slot and liveFrom belong to the batch layer. */
export function encodeProgress({ position, from, receivedAt, counts }: PartitionState): Record<string, string> {
  const fields: Record<string, string> = { position: String(position ?? 0), receivedAt: String(receivedAt) }
  if (from !== undefined) fields['from'] = String(from)
  for (const counter of counters) fields[counter] = String(counts[counter])
  for (const [reason, n] of Object.entries(counts.dropped)) fields[droppedPrefix + reason] = String(n)
  return fields
}

/** Refuses a step unless the partition is still where `state` says: what a stale position or a closed slot runs into. */
export function guardsOf(partition: number, { position, slot }: PartitionState): Guard[] {
  const key = partitionKey(partition)
  return [
    { key, field: 'position', equals: position === null ? null : String(position) },
    { key, field: 'slot', equals: slot === 0 ? null : String(slot) },
  ]
}

/** The fields of a hash's reply; none where the hash is missing. */
export const fieldsOf = (reply: Reply | undefined): Record<string, string> =>
  reply && 'fields' in reply ? reply.fields : {}

export const itemsOf = (reply: Reply | undefined): string[] => (reply && 'items' in reply ? reply.items : [])
