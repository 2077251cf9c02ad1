// Steps as Redis runs them: one Lua script, its arguments and its replies.
import { readFileSync } from 'node:fs'
import type { Redis, Result } from 'ioredis'
import { Packr } from 'msgpackr'
import { keptChanges } from '../deliver.ts'
import { changesKey, checkOperation, isRead, type ReadOperation } from '../operations.ts'
import type { Guard, Operation, Reply } from '../store.ts'

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
    viewsStep(keys: 0, texts: Buffer): Result<RedisReply[] | null, Context>
    viewsRead(keys: 0, texts: Buffer): Result<RedisReply[] | null, Context>
    viewsClear(keys: number, stream: string, pattern: string): Result<null, Context>
  }
}

type RedisReply = (string | null)[] | string

/** Runs a step; what the port says of `step` holds. Rejects with the driver's error. */
export async function runStep(redis: Redis, { texts, onlyReads, asked, count }: EncodedStep): Promise<Reply[] | null> {
  const replies = await (onlyReads ? redis.viewsRead(0, texts) : redis.viewsStep(0, texts))
  if (replies === null) return null
  const decoded = new Array<Reply>(count).fill(null)
  for (const [i, { at, operation }] of asked.entries()) decoded[at] = decodeReply(operation, replies[i])
  return decoded
}

/** Writes nothing, but is refused where a write would be. */
export const beat = (redis: Redis): Promise<unknown> => redis.viewsStep(0, encodeStep([], []).texts)

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

/** A step as a script takes it. */
export interface EncodedStep {
  texts: Buffer
  onlyReads: boolean
  /** The operations that have a reply, and which of all they are. */
  asked: { at: number; operation: Asking }[]
  /** Of all operations. */
  count: number
}
type Asking = ReadOperation | (Operation & { op: 'add' })

// Plain MessagePack, which Redis' `cmsgpack.unpack` reads: without msgpackr's own extension for records.
const packr = new Packr({ useRecords: false })
const firstBufferBytes = 64 * 1024
const mostBufferKeptBytes = 8 * 1024 * 1024

/** Throws a `RangeError` on an operation that is a bug. */
export function encodeStep(guards: readonly Guard[], operations: Iterable<Operation>): EncodedStep {
  const texts = [String(guards.length)]
  for (const { key, field, equals } of guards) texts.push(redisKey(key), field, equals === null ? '' : `=${equals}`)
  const asked: EncodedStep['asked'] = []
  let [count, onlyReads] = [0, true]
  for (const operation of operations) {
    checkOperation(operation)
    texts.push(operation.op, operation.op === 'tell' ? changesStream : redisKey(operation.key))
    addArguments(texts, operation)
    if (isRead(operation) || operation.op === 'add') asked.push({ at: count, operation })
    onlyReads &&= isRead(operation)
    count++
  }
  return { texts: pack(texts), onlyReads, asked, count }
}

/**
 * A step may wait for its connection while others are packed. That is safe: msgpackr returns a slice of a buffer, packs the
 * next value behind that slice, and takes a new buffer when this one is full. The new one is as large as the last, so the
 * buffer of a large step is given up here; otherwise one backlog would hold its memory for good.
 */
function pack(texts: readonly string[]): Buffer {
  const packed = packr.pack(texts)
  if (packed.buffer.byteLength > mostBufferKeptBytes) packr.useBuffer(Buffer.allocUnsafeSlow(firstBufferBytes))
  return packed
}

function addArguments(texts: string[], operation: Operation): void {
  switch (operation.op) {
    case 'get':
    case 'unset':
      addList(texts, operation.fields)
      break
    case 'range':
      texts.push(String(operation.from), String(operation.to))
      break
    case 'set': {
      const fields = Object.entries(operation.fields)
      texts.push(String(2 * fields.length))
      for (const [field, value] of fields) texts.push(field, value)
      break
    }
    case 'add':
      texts.push(operation.field, String(operation.by))
      break
    case 'push':
      texts.push(String(operation.keep ?? ''))
      addList(texts, operation.items)
      break
    case 'tell':
      texts.push(String(keptChanges), operation.change)
      break
    case 'getAll':
    case 'delete':
      break
    default:
      operation satisfies never
  }
}

/** Item by item: a call with a hundred thousand arguments would overflow the stack. */
function addList(texts: string[], items: readonly string[]): void {
  texts.push(String(items.length))
  for (const item of items) texts.push(item)
}

function decodeReply(operation: Asking, reply: RedisReply | undefined): Reply {
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
      return operation satisfies never
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
