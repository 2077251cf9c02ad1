// Steps as Redis runs them: one Lua script, its arguments and its replies.
import { readFileSync } from 'node:fs'
import type { Redis, Result } from 'ioredis'
import { keptChanges } from './deliver.ts'
import { changesKey, onlyRead } from './operations.ts'
import type { Guard, Operation, Reply } from './store.ts'

const prefix = 'health:'
const redisKey = (key: string): string => prefix + key

/** The stream of changes. */
export const changesStream = redisKey(changesKey)

const source = (file: string): string => readFileSync(new URL(file, import.meta.url), 'utf8')
const step = source('step.lua')

/**
 * What a connection must know. A script that begins with `#!lua` is refused whole, before any write, while Redis is out
 * of memory or cannot persist; what only reads is let through, and so is emptying.
 */
export const scripts = {
  viewsStep: { lua: `#!lua\n${step}` },
  viewsRead: { lua: `#!lua flags=no-writes\n${step}` },
  viewsClear: { lua: `#!lua flags=allow-oom\n${source('clear.lua')}` },
}

declare module 'ioredis' {
  interface RedisCommander<Context> {
    viewsStep(...step: EncodedStep): Result<RedisReply[] | null, Context>
    viewsRead(...step: EncodedStep): Result<RedisReply[] | null, Context>
    viewsClear(keys: number, stream: string, pattern: string): Result<null, Context>
  }
}

type EncodedStep = [keyCount: number, keys: string[], args: string[]]
type RedisReply = (string | null)[] | string | null

/** Runs a step; what the port says of `step` holds. Rejects with the driver's error. */
export async function runStep(
  redis: Redis,
  guards: readonly Guard[],
  operations: readonly Operation[],
): Promise<Reply[] | null> {
  const script = onlyRead(operations) ? 'viewsRead' : 'viewsStep'
  const replies = await redis[script](...encodeStep(guards, operations))
  return replies && operations.map((operation, i) => decodeReply(operation, replies[i]))
}

/** Writes nothing, but is refused where a write would be. */
export const beat = (redis: Redis): Promise<unknown> => redis.viewsStep(...encodeStep([], []))

/** Empties the views in one step. */
export const runClear = (redis: Redis): Promise<unknown> => redis.viewsClear(1, changesStream, `${prefix}*`)

/** Every key of the views that starts with `start`. */
export async function scanKeys(redis: Redis, start: string): Promise<string[]> {
  const pattern = `${redisKey(start).replace(/[\\*?[\]]/g, '\\$&')}*`
  const keys = new Set<string>()
  let cursor = '0'
  do {
    const [next, found] = await redis.scan(cursor, 'MATCH', pattern, 'COUNT', 1_000)
    for (const key of found) keys.add(key)
    cursor = next
  } while (cursor !== '0')
  keys.delete(changesStream)
  return Array.from(keys, (key) => key.slice(prefix.length))
}

function encodeStep(guards: readonly Guard[], operations: readonly Operation[]): EncodedStep {
  const keys: string[] = []
  const args = [String(guards.length)]
  for (const { key, field, equals } of guards) {
    keys.push(redisKey(key))
    args.push(field, equals === null ? '' : `=${equals}`)
  }
  for (const operation of operations) {
    keys.push(operation.op === 'tell' ? changesStream : redisKey(operation.key))
    args.push(operation.op)
    pushArguments(args, operation)
  }
  return [keys.length, keys, args]
}

/** Appends in place: a step may have tens of thousands of arguments. */
function pushArguments(args: string[], operation: Operation): void {
  switch (operation.op) {
    case 'get':
    case 'unset':
      args.push(String(operation.fields.length))
      for (const field of operation.fields) args.push(field)
      break
    case 'range':
      args.push(String(operation.from), String(operation.to))
      break
    case 'set': {
      const fields = Object.entries(operation.fields)
      args.push(String(2 * fields.length))
      for (const [field, value] of fields) args.push(field, value)
      break
    }
    case 'add':
      args.push(operation.field, String(operation.by))
      break
    case 'push':
      args.push(String(operation.keep ?? ''), String(operation.items.length))
      for (const item of operation.items) args.push(item)
      break
    case 'tell':
      args.push(String(keptChanges), operation.change)
      break
    case 'getAll':
    case 'delete':
      break
    default:
      operation satisfies never
  }
}

function decodeReply(operation: Operation, reply: RedisReply | undefined): Reply {
  switch (operation.op) {
    case 'getAll':
      return { fields: Object.fromEntries(pairs(reply as string[])) }
    case 'get':
      return { fields: Object.fromEntries(found(operation.fields, reply as (string | null)[])) }
    case 'add':
      return { fields: { [operation.field]: reply as string } }
    case 'range':
      return { items: reply as string[] }
    default:
      return null
  }
}

function* pairs(flat: readonly string[]): Iterable<[string, string]> {
  for (let i = 0; i + 1 < flat.length; i += 2) yield [flat[i] as string, flat[i + 1] as string]
}

function* found(fields: readonly string[], values: readonly (string | null)[]): Iterable<[string, string]> {
  for (const [i, field] of fields.entries()) {
    const value = values[i]
    if (typeof value === 'string') yield [field, value]
  }
}
