// The views' meaning, said as plainly as possible: what every backend is compared with on random steps.
import fc from 'fast-check'
import type { Guard, Operation, Reply } from '../store.ts'

export interface Step {
  guards: Guard[]
  operations: Operation[]
}

/** A store of plain maps, without watchers. */
export function createModel(): { step(step: Step): Reply[] | null } {
  const hashes = new Map<string, Map<string, string>>()
  const lists = new Map<string, string[]>()
  const hash = (key: string) => hashes.get(key) ?? hashes.set(key, new Map()).get(key) ?? new Map()
  const list = (key: string) => lists.get(key) ?? []

  function run(operation: Operation): Reply {
    switch (operation.op) {
      case 'getAll':
        return { fields: Object.fromEntries(hash(operation.key)) }
      case 'get':
        return { fields: Object.fromEntries([...hash(operation.key)].filter(([f]) => operation.fields.includes(f))) }
      case 'range': {
        const items = list(operation.key)
        const from = operation.from < 0 ? items.length + operation.from : operation.from
        const to = operation.to < 0 ? items.length + operation.to : operation.to
        return { items: items.filter((_, i) => i >= from && i <= to) }
      }
      case 'set':
        for (const [field, value] of Object.entries(operation.fields)) hash(operation.key).set(field, value)
        return null
      case 'unset':
        for (const field of operation.fields) hash(operation.key).delete(field)
        return null
      case 'add': {
        const value = String(Number(hash(operation.key).get(operation.field) ?? 0) + operation.by)
        hash(operation.key).set(operation.field, value)
        return { fields: { [operation.field]: value } }
      }
      case 'push':
        lists.set(operation.key, [...list(operation.key), ...operation.items].slice(-(operation.keep ?? 0)))
        return null
      case 'delete':
        hashes.delete(operation.key)
        lists.delete(operation.key)
        return null
      case 'tell':
        return null
    }
  }

  return {
    step({ guards, operations }) {
      const holds = ({ key, field, equals }: Guard) => (hash(key).get(field) ?? null) === equals
      return guards.every(holds) ? operations.map(run) : null
    },
  }
}

/** The keys of `anyStep`: one is either a hash or a list. */
export const modelKeys = { hashes: ['h', 'h:1|x', ''], lists: ['l', 'l:1'] } as const

const hashKey = fc.constantFrom(...modelKeys.hashes)
const listKey = fc.constantFrom(...modelKeys.lists)
const field = fc.constantFrom('a', 'b|1:2', '', '__proto__', 'é😀')
const counter = fc.constantFrom('n', 'm')
const value = fc.oneof(fc.constantFrom('', '0', 'x'), fc.string({ unit: 'binary' }))
const texts = fc.array(fc.tuple(field, value), { maxLength: 4 })
const counters = fc.array(fc.tuple(counter, fc.integer().map(String)), { maxLength: 2 })
const index = fc.integer({ min: -7, max: 7 })

const anyOperation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ op: fc.constant('getAll' as const), key: hashKey }),
  fc.record({ op: fc.constant('get' as const), key: hashKey, fields: fc.array(fc.oneof(field, counter)) }),
  fc.record({ op: fc.constant('range' as const), key: listKey, from: index, to: index }),
  fc.record({
    op: fc.constant('set' as const),
    key: hashKey,
    fields: fc.tuple(texts, counters).map((fields) => Object.fromEntries(fields.flat())),
  }),
  fc.record({ op: fc.constant('unset' as const), key: hashKey, fields: fc.array(fc.oneof(field, counter)) }),
  fc.record({ op: fc.constant('add' as const), key: hashKey, field: counter, by: fc.integer() }),
  fc.record(
    {
      op: fc.constant('push' as const),
      key: listKey,
      items: fc.array(value, { maxLength: 5 }),
      keep: fc.integer({ min: 1, max: 5 }),
    },
    { requiredKeys: ['op', 'key', 'items'] },
  ),
  fc.record({ op: fc.constant('delete' as const), key: fc.oneof(hashKey, listKey) }),
  fc.record({ op: fc.constant('tell' as const), change: value }),
)

const anyGuard: fc.Arbitrary<Guard> = fc.record({
  key: hashKey,
  field: fc.oneof(field, counter),
  equals: fc.constantFrom(null, null, '', '0', 'x'),
})

export const anyStep: fc.Arbitrary<Step> = fc.record({
  guards: fc.array(anyGuard, { maxLength: 2 }),
  operations: fc.array(anyOperation, { maxLength: 6 }),
})
