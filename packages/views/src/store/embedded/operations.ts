// Guards and operations of a step as SQL. Each runs inside the transaction of its step.
import type { DatabaseSync } from 'node:sqlite'
import { keptChanges } from '../deliver.ts'
import type { Guard, Operation, Reply } from '../store.ts'

export const schema = `
  CREATE TABLE IF NOT EXISTS hash (
    key TEXT NOT NULL, field TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (key, field)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS list (
    key TEXT NOT NULL, seq INTEGER NOT NULL, value TEXT NOT NULL, PRIMARY KEY (key, seq)
  ) STRICT;
  -- NULL marks that the store was emptied.
  CREATE TABLE IF NOT EXISTS change (id INTEGER PRIMARY KEY AUTOINCREMENT, change TEXT) STRICT;`

const integer = /^(0|-?[1-9]\d*)$/

/** Whether a guard holds, and what an operation does and replies. Both throw the driver's errors. */
export function prepareOperations(database: DatabaseSync) {
  const statement = {
    getAll: database.prepare('SELECT field, value FROM hash WHERE key = ?'),
    get: database.prepare('SELECT value FROM hash WHERE key = ? AND field = ?'),
    set: database.prepare('INSERT INTO hash VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value'),
    unset: database.prepare('DELETE FROM hash WHERE key = ? AND field = ?'),
    ends: database.prepare(
      'SELECT (SELECT min(seq) FROM list WHERE key = :key) AS first, (SELECT max(seq) FROM list WHERE key = :key) AS last',
    ),
    range: database.prepare('SELECT value FROM list WHERE key = ? AND seq BETWEEN ? AND ? ORDER BY seq'),
    push: database.prepare('INSERT INTO list VALUES (?, ?, ?)'),
    trim: database.prepare('DELETE FROM list WHERE key = ? AND seq <= ?'),
    deleteHash: database.prepare('DELETE FROM hash WHERE key = ?'),
    deleteList: database.prepare('DELETE FROM list WHERE key = ?'),
    tell: database.prepare('INSERT INTO change (change) VALUES (?)'),
    forget: database.prepare('DELETE FROM change WHERE id <= ?'),
  }

  const fieldValue = (key: string, field: string): string | null =>
    (statement.get.get(key, field)?.['value'] as string | undefined) ?? null

  /** The numbers of a list's first and last item; they have no holes. An empty list ends before it begins. */
  const endsOf = (key: string): { first: number; last: number } => {
    const { first, last } = statement.ends.get({ key }) as { first: number | null; last: number | null }
    return { first: first ?? 1, last: last ?? 0 }
  }

  const getAll = (key: string): Reply => ({
    fields: Object.fromEntries(statement.getAll.all(key).map(({ field, value }) => [field, value])),
  })

  const get = (key: string, fields: readonly string[]): Reply => ({
    fields: Object.fromEntries(
      fields.flatMap((field) => {
        const value = fieldValue(key, field)
        return value === null ? [] : [[field, value]]
      }),
    ),
  })

  const range = (key: string, from: number, to: number): Reply => {
    const { first, last } = endsOf(key)
    const number = (index: number) => index + (index < 0 ? last + 1 : first)
    return { items: statement.range.all(key, number(from), number(to)).map(({ value }) => value as string) }
  }

  const add = (key: string, field: string, by: number): Reply => {
    const before = fieldValue(key, field) ?? '0'
    if (!integer.test(before)) throw new RangeError(`The field ${field} of ${key} is no integer`)
    const value = String(BigInt(before) + BigInt(by))
    statement.set.run(key, field, value)
    return { fields: { [field]: value } }
  }

  const push = (key: string, items: readonly string[], keep: number | undefined): null => {
    let { last } = endsOf(key)
    for (const item of items) statement.push.run(key, ++last, item)
    if (keep !== undefined) statement.trim.run(key, last - keep)
    return null
  }

  const tell = (change: string): null => {
    const { lastInsertRowid } = statement.tell.run(change)
    statement.forget.run(Number(lastInsertRowid) - keptChanges)
    return null
  }

  return {
    /** Empties the store, and marks it for watchers. */
    clear(): void {
      database.exec('DELETE FROM hash; DELETE FROM list; DELETE FROM change; INSERT INTO change (change) VALUES (NULL)')
    },

    holds: ({ key, field, equals }: Guard): boolean => fieldValue(key, field) === equals,

    run(operation: Operation): Reply {
      switch (operation.op) {
        case 'getAll':
          return getAll(operation.key)
        case 'get':
          return get(operation.key, operation.fields)
        case 'range':
          return range(operation.key, operation.from, operation.to)
        case 'set':
          for (const [field, value] of Object.entries(operation.fields)) statement.set.run(operation.key, field, value)
          return null
        case 'unset':
          for (const field of operation.fields) statement.unset.run(operation.key, field)
          return null
        case 'add':
          return add(operation.key, operation.field, operation.by)
        case 'push':
          return push(operation.key, operation.items, operation.keep)
        case 'delete':
          statement.deleteHash.run(operation.key)
          statement.deleteList.run(operation.key)
          return null
        case 'tell':
          return tell(operation.change)
        default:
          return operation satisfies never
      }
    },
  }
}
