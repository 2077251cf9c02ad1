// The event log port: append-only records in partitions, the only way into the system. Two backends: Kafka, embedded.
import { ConfigError } from '@health/runtime'

export interface NewRecord {
  /** Records of one key go to one partition and keep their order; `null` goes anywhere. */
  key: string | null
  value: Uint8Array
  headers?: Record<string, string>
}

export interface LogRecord {
  readonly offset: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  /** The log's append time, epoch ms: the clock that every layer judges by. */
  readonly receivedAt: number
  readonly headers: Record<string, string>
}

/** Consecutive records of one partition, in offset order, at least one. */
export interface RecordBatch {
  partition: number
  records: LogRecord[]
  /** Where the log ended when the batch was fetched: the offset after the newest record. */
  end: number
}

/** The offsets a partition holds: from `low` up to, not including, `end`. */
export interface PartitionRange {
  partition: number
  low: number
  end: number
}

/** What a consumer does with its partitions. Batches of one partition come one at a time; partitions run side by side. */
export interface Consumer {
  /**
   * Where to start, asked whenever a partition is assigned anew: the position is the subscriber's own (its views, its
   * lake), never the group's committed offset. `null` starts at the oldest record.
   */
  startAt(partition: number): Promise<number | null>
  /**
   * Takes a batch. When it returns, the subscription moves on behind it. When it throws, the same records come again
   * after a pause that grows to a few seconds: so effects must be idempotent, and bad data must not throw.
   */
  onBatch(batch: RecordBatch): Promise<void>
  /**
   * The partition's records may go to another member now; drop what is cached about it. Comes after the batch under way
   * and before the next `startAt`; an outage of the log counts, `stop` does not.
   */
  onRevoked?(partition: number): Promise<void>
  /**
   * `stop` was called and no batch is under way: the last chance to write what was put off, and to commit. The partitions are
   * still the subscriber's.
   */
  onStopped?(): Promise<void>
  /** Records between the position and the oldest record left were deleted unread. The subscription goes on at `low`. */
  onGap?(gap: { partition: number; position: number; low: number }): Promise<void>
}

export interface Subscription {
  /**
   * Names what the group is done with, for lag display and retention only: a restart never relies on it. Throttled,
   * never waits for the log.
   */
  commit(partition: number, offset: number): void
  /** Makes the subscription ask `startAt` again and go on there: after a refused or stale position. */
  restart(partition: number): void
  /** What the subscription waits for, in words for an operator; `null` while it is consuming. */
  waitingFor(): string | null
  /**
   * Rejects when the subscription cannot go on (`TopicMismatch`, `LogRecreated`, a bug); never for an outage. It has
   * stopped consuming then.
   */
  failed: Promise<never>
  /** Finishes the batches under way, calls `onStopped`, then leaves the group. */
  stop(): Promise<void>
}

export interface EventLog {
  /**
   * Appends in the given order within each key. Resolves once every record is durable. Rejects with `LogUnavailable`
   * when that is unknown: some may be in the log, and the caller may send the same again. Rejects with a `RangeError`,
   * and stores nothing of the call, when a record is longer than `maxRecordBytes`.
   */
  append(topic: string, records: readonly NewRecord[]): Promise<void>
  /** Starts consuming `topic` as a member of `group`. Resolves at once; an outage is waited for, see `waitingFor`. */
  subscribe(topic: string, group: string, consumer: Consumer): Promise<Subscription>
  /** The offsets held now, by partition. */
  ranges(topic: string): Promise<PartitionRange[]>
  /** How far `group` has committed, by partition; partitions without a commit are left out. */
  committed(topic: string, group: string): Promise<Map<number, number>>
  /** Whether somebody consumes `topic` as a member of `group` now; of a member that was killed, for some seconds yet. */
  hasMembers(topic: string, group: string): Promise<boolean>
  /** Records from `offset` on, at least one if there is one, at most about `limit`; the oldest left where `offset` is gone. */
  read(topic: string, partition: number, offset: number, limit: number): Promise<LogRecord[]>
  close(): Promise<void>
}

/** The longest record that every backend takes: key, value and headers together, in bytes. */
export const maxRecordBytes = 900_000

/** The log cannot be reached, or did not answer in time: whether records arrived is unknown. */
export class LogUnavailable extends Error {
  override name = 'LogUnavailable'
}

/** The topic exists with another partition count or time type; the message holds the command that mends it. */
export class TopicMismatch extends ConfigError {
  override name = 'TopicMismatch'
}

/** A position lies beyond the log's end: the log was made anew or lost records, and its offsets mean others now. */
export class LogRecreated extends Error {
  override name = 'LogRecreated'
}
