// The embedded log's tables in SQLite: records by topic, partition and offset; commits; each topic's layout.
import { DatabaseSync } from 'node:sqlite'
import { type LogRecord, type NewRecord, type PartitionRange, type RecordBatch, TopicMismatch } from '../log.ts'
import { createPartitioner } from '../shared/murmur2.ts'

/** A batch ends here, so that what it takes in memory is bounded. */
const maxBatchBytes = 4_000_000

export interface Topic {
  id: number
  name: string
  partitions: number
  partitionOf(key: string | null): number
}

export type Storage = ReturnType<typeof openStorage>

/**
 * Opens or makes the file. Every method is one transaction and done when it returns; durable, if it wrote. Several
 * processes may have the file open: whoever finds it locked waits up to five seconds.
 */
export function openStorage(path: string, now: () => number) {
  const db = new DatabaseSync(path, { timeout: 5000 })
  // FULL: a commit is on the disk before it returns, in WAL mode too.
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  db.exec(schema)
  const sql = prepare(db)

  function openTopic(name: string, partitions: number): Topic {
    return transaction(db, () => {
      const made = sql.addTopic.run(name, partitions).changes > 0
      const topic = sql.topic.get(name) as { id: number; partitions: number }
      for (let p = 0; made && p < partitions; p++) sql.addPartition.run(topic.id, p)
      if (topic.partitions !== partitions) throw new TopicMismatch(mismatch(path, name, topic.partitions, partitions))
      return { ...topic, name, partitionOf: createPartitioner(partitions) }
    })
  }

  function append(topic: Topic, records: readonly NewRecord[]): void {
    transaction(db, () => {
      const heads = new Map<number, { end: number; receivedAt: number }>()
      const time = now()
      for (const { key, value, headers } of records) {
        const partition = topic.partitionOf(key)
        let head = heads.get(partition)
        if (head === undefined) {
          head = sql.head.get(topic.id, partition) as { end: number; receivedAt: number }
          // The clock may be set back; the log's time may not.
          head.receivedAt = Math.max(head.receivedAt, time)
          heads.set(partition, head)
        }
        const keyBytes = key === null ? null : Buffer.from(key)
        const headerText = headers === undefined ? null : JSON.stringify(headers)
        sql.addRecord.run(topic.id, partition, head.end++, keyBytes, value, head.receivedAt, headerText)
      }
      for (const [partition, { end, receivedAt }] of heads) sql.setHead.run(end, receivedAt, topic.id, partition)
    })
  }

  function range(topic: Topic, partition: number): { low: number; end: number } {
    return sql.range.get(topic.id, partition) as { low: number; end: number }
  }

  /** Records from `position` on; `null` when there is none. */
  function read(topic: Topic, partition: number, position: number, limit: number): RecordBatch | null {
    const records: LogRecord[] = []
    let bytes = 0
    for (const row of sql.records.iterate(topic.id, partition, position, limit)) {
      const record = toRecord(row as unknown as Row)
      records.push(record)
      bytes += record.value?.length ?? 0
      if (bytes >= maxBatchBytes) break
    }
    return records.length === 0 ? null : { partition, records, end: range(topic, partition).end }
  }

  return {
    openTopic,
    append,
    range,
    read,
    ranges: (topic: Topic) => sql.ranges.all(topic.id) as unknown as PartitionRange[],
    commit: (topic: Topic, group: string, offsets: ReadonlyMap<number, number>) =>
      transaction(db, () => {
        for (const [partition, offset] of offsets) sql.commit.run(group, topic.id, partition, offset)
      }),
    committed: (topic: Topic, group: string) => {
      const rows = sql.committed.all(group, topic.id) as unknown as { partition: number; offset: number }[]
      return new Map(rows.map(({ partition, offset }) => [partition, offset]))
    },
    /** When a record was received; `undefined` where it is gone. */
    receivedAt: (topic: Topic, partition: number, offset: number) =>
      sql.receivedAt.get(topic.id, partition, offset)?.['receivedAt'] as number | undefined,
    /** Deletes the records below `low`. */
    prune: (topic: Topic, partition: number, low: number) =>
      transaction(db, () => {
        sql.prune.run(topic.id, partition, low)
        sql.setLow.run(low, topic.id, partition)
      }),
    /** Another number than last time: another connection has committed something. */
    version: () => sql.version.get()?.['data_version'],
    close: () => db.close(),
  }
}

const schema = `
  CREATE TABLE IF NOT EXISTS topics (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, partitions INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS partitions (
    topic INTEGER NOT NULL, partition INTEGER NOT NULL,
    low INTEGER NOT NULL DEFAULT 0, end INTEGER NOT NULL DEFAULT 0, received_at INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (topic, partition)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS records (
    topic INTEGER NOT NULL, partition INTEGER NOT NULL, offset INTEGER NOT NULL,
    key BLOB, value BLOB NOT NULL, received_at INTEGER NOT NULL, headers TEXT,
    PRIMARY KEY (topic, partition, offset)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS commits (
    consumer_group TEXT NOT NULL, topic INTEGER NOT NULL, partition INTEGER NOT NULL, offset INTEGER NOT NULL,
    PRIMARY KEY (consumer_group, topic, partition)
  ) STRICT, WITHOUT ROWID;`

const prepare = (db: DatabaseSync) => ({
  addTopic: db.prepare('INSERT INTO topics (name, partitions) VALUES (?, ?) ON CONFLICT DO NOTHING'),
  topic: db.prepare('SELECT id, partitions FROM topics WHERE name = ?'),
  addPartition: db.prepare('INSERT INTO partitions (topic, partition) VALUES (?, ?)'),
  head: db.prepare('SELECT end, received_at AS receivedAt FROM partitions WHERE topic = ? AND partition = ?'),
  setHead: db.prepare('UPDATE partitions SET end = ?, received_at = ? WHERE topic = ? AND partition = ?'),
  range: db.prepare('SELECT low, end FROM partitions WHERE topic = ? AND partition = ?'),
  ranges: db.prepare('SELECT partition, low, end FROM partitions WHERE topic = ? ORDER BY partition'),
  addRecord: db.prepare('INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?)'),
  records: db.prepare(
    `SELECT offset, key, value, received_at AS receivedAt, headers FROM records
     WHERE topic = ? AND partition = ? AND offset >= ? ORDER BY offset LIMIT ?`,
  ),
  receivedAt: db.prepare(
    'SELECT received_at AS receivedAt FROM records WHERE topic = ? AND partition = ? AND offset = ?',
  ),
  prune: db.prepare('DELETE FROM records WHERE topic = ? AND partition = ? AND offset < ?'),
  setLow: db.prepare('UPDATE partitions SET low = max(low, ?) WHERE topic = ? AND partition = ?'),
  commit: db.prepare(
    `INSERT INTO commits VALUES (?, ?, ?, ?)
     ON CONFLICT (consumer_group, topic, partition) DO UPDATE SET offset = excluded.offset`,
  ),
  committed: db.prepare('SELECT partition, offset FROM commits WHERE consumer_group = ? AND topic = ?'),
  version: db.prepare('PRAGMA data_version'),
})

interface Row {
  offset: number
  key: Uint8Array | null
  value: Uint8Array
  receivedAt: number
  headers: string | null
}

const toRecord = ({ headers, ...record }: Row): LogRecord => ({
  ...record,
  headers: headers === null ? {} : (JSON.parse(headers) as Record<string, string>),
})

function transaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    db.exec('COMMIT')
    return result
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK')
    throw error
  }
}

const mismatch = (path: string, topic: string, stored: number, asked: number): string =>
  `The embedded log ${path} has topic ${topic} with ${stored} partitions, but KAFKA_PARTITIONS is ${asked}. ` +
  `Start with KAFKA_PARTITIONS=${stored}, or begin another log with another DATA_DIR.`
