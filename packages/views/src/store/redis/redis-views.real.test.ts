// The Redis views keep the contract, and survive what a network and a Redis can do to them. Needs REDIS_URL; uses its
// database 15 alone, but limits memory and pauses clients of the whole Redis.
import { type FaultyProxy, openProxy } from '@health/runtime/testing'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { describeViews } from '../contract/contract.ts'
import { eventually, hashOf, listOf, set, tell, watch } from '../contract/handles.ts'
import { type Guard, type Operation, type ViewStore, ViewsUnavailable } from '../store.ts'
import { openRedisViews } from './redis-views.ts'

const given = process.env['REDIS_URL']
if (given === undefined) throw new Error('Set REDIS_URL to a Redis for tests: its database 15 is emptied')
const url = new URL(given)
url.pathname = '/15'

const logged: string[] = []
const log = (about: unknown, sentence?: unknown) => logged.push(`${sentence} ${JSON.stringify(about)}`)
const logger = { info: log, warn: log }

const open = (at: URL = url) => openRedisViews(at.href, { logger })

describeViews('Redis views', () => open())

describe('Redis views', () => {
  let admin: Redis
  let proxy: FaultyProxy
  let direct: ViewStore
  const opened: ViewStore[] = []

  /** A handle whose connections go through the proxy. */
  async function openThrough(user?: { name: string; password: string }): Promise<ViewStore> {
    const through = new URL(url)
    through.host = `127.0.0.1:${proxy.port}`
    if (user) Object.assign(through, { username: user.name, password: user.password })
    const store = await open(through)
    opened.push(store)
    return store
  }

  beforeAll(() => {
    admin = new Redis(url.href)
  })
  afterAll(() => admin.quit())
  beforeEach(async () => {
    proxy = await openProxy({ host: url.hostname, port: Number(url.port || 6379) })
    direct = await open()
    opened.push(direct)
    await direct.clear()
    logged.length = 0
  })
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((store) => store.close()))
    await proxy.close()
  })

  const add: Operation = { op: 'add', key: 'k', field: 'n', by: 1 }
  const unset: Guard = { key: 'k', field: 'n', equals: null }
  const answers = (store: ViewStore) => eventually(store.waitingFor).toBeNull()

  test('keep their keys under one prefix, and empty nothing else', async () => {
    await admin.set('foreign', 'kept')
    await direct.step([], [set({ a: '1' })('k'), { op: 'tell', change: 'x' }])
    expect((await admin.keys('*')).sort()).toEqual(['foreign', 'health:changes', 'health:k'])
    await direct.clear()
    expect(await admin.get('foreign')).toBe('kept')
    expect(await direct.keys('')).toEqual([])
    await admin.del('foreign')
  })

  test('open while Redis is away, say so once, and begin when it comes', async () => {
    proxy.cut()
    const store = await openThrough()
    expect(store.waitingFor()).toContain(`Redis at 127.0.0.1:${proxy.port}: `)
    await expect(store.step([], [])).rejects.toThrow(ViewsUnavailable)
    const watched = await watch(store)
    proxy.mend()
    await answers(store)
    await eventually(() => watched.gaps).toBe(1)
    await tell(store, 'x')
    await eventually(() => watched.changes).toEqual(['x'])
    expect(logged).toEqual([expect.stringContaining('Waiting for Redis.'), expect.stringContaining('answers again')])
  })

  test('close during an outage', async () => {
    const store = await openThrough()
    await watch(store)
    proxy.cut()
    await eventually(store.waitingFor).not.toBeNull()
    await watch(store)
    await store.close()
  })

  test('miss no change across a broken connection', async () => {
    const store = await openThrough()
    const watched = await watch(store)
    await tell(direct, 'before')
    await eventually(() => watched.changes).toEqual(['before'])
    proxy.cut()
    await expect(tell(store, 'refused')).rejects.toThrow(ViewsUnavailable)
    await tell(direct, 'meanwhile')
    proxy.mend()
    await answers(store)
    await tell(store, 'after')
    await eventually(() => watched.changes).toEqual(['before', 'meanwhile', 'after'])
    expect(watched.gaps).toBe(0)
  })

  test('do a guarded step once when the connection breaks between request and reply', async () => {
    const store = await openThrough()
    proxy.cutAtReply()
    await expect(store.step([unset], [add])).rejects.toThrow(/broke before the reply/)
    proxy.mend()
    await answers(store)
    expect(await store.step([unset], [add])).toBeNull()
    expect(await hashOf(direct, 'k')).toEqual({ n: '1' })
  })

  test('notice a half-open connection, with and without steps under way', async () => {
    const busy = await openThrough()
    const idle = await openThrough()
    const watched = await watch(idle)
    proxy.silence()
    await expect(busy.step([], [add])).rejects.toThrow(ViewsUnavailable)
    await eventually(idle.waitingFor).not.toBeNull()
    await tell(direct, 'meanwhile')
    proxy.mend()
    await answers(busy)
    await answers(idle)
    await eventually(() => watched.changes).toEqual(['meanwhile'])
    expect(await hashOf(direct, 'k')).toEqual({})
  })

  test('recover from a Redis that stops answering, and do no step twice', async () => {
    const watched = await watch(direct)
    await admin.call('CLIENT', 'PAUSE', '5000', 'ALL')
    await expect(direct.step([unset], [add])).rejects.toThrow(ViewsUnavailable)
    expect(direct.waitingFor()).not.toBeNull()
    await answers(direct)
    await direct.step([unset], [add])
    expect(await hashOf(direct, 'k')).toEqual({ n: '1' })
    await tell(direct, 'x')
    await eventually(() => watched.changes).toEqual(['x'])
  })

  test('recover from killed connections', async () => {
    const watched = await watch(direct)
    await tell(direct, 'before')
    await eventually(() => watched.changes).toEqual(['before'])
    await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
    await eventually(() => logged.length).toBe(2)
    await tell(direct, 'after')
    await eventually(() => watched.changes).toEqual(['before', 'after'])
    expect(watched.gaps).toBe(0)
  })

  test('forget no script', async () => {
    await direct.step([], [add])
    await admin.script('FLUSH')
    await Promise.all([direct.step([], [add]), direct.step([], [add])])
    expect(await hashOf(direct, 'k')).toEqual({ n: '3' })
  })

  test('tell watchers of a flush, whether or not something is told after it', async () => {
    const watched = await watch(direct)
    await admin.flushdb()
    await eventually(() => watched.gaps).toBe(1)
    await tell(direct, 'a', 'b')
    await eventually(() => watched.changes).toEqual(['a', 'b'])
    await admin.flushdb()
    await tell(direct, 'c', 'd', 'e')
    await eventually(() => watched.gaps).toBe(2)
    await eventually(() => watched.changes).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  test('tell watchers that changes were trimmed before they came back', async () => {
    const watched = await watch(await openThrough())
    proxy.cut()
    await tell(direct, 'a', 'b', 'c')
    await admin.xtrim('health:changes', 'MAXLEN', 1)
    proxy.mend()
    await eventually(() => watched.changes).toEqual(['c'])
    expect(watched.gaps).toBe(1)
  })

  test('tell watchers that Redis came back without its newest changes', async () => {
    await tell(direct, 'a')
    const saved = await admin.dumpBuffer('health:changes')
    const watched = await watch(await openThrough())
    await tell(direct, 'lost', 'lost')
    await eventually(() => watched.changes).toEqual(['lost', 'lost'])
    proxy.cut()
    await admin.restore('health:changes', 0, saved, 'REPLACE')
    await tell(direct, 'b', 'c', 'd')
    proxy.mend()
    await eventually(() => watched.changes).toEqual(['lost', 'lost', 'b', 'c', 'd'])
    expect(watched.gaps).toBe(1)
  })

  test('do a thousand steps that wait on one connection, each as it was asked', async () => {
    const size = (i: number) => [100, 70_000, 1_000][i % 3] ?? 0
    const item = (i: number) => `${i}:${'é'.repeat(size(i))}`
    const items = Array.from({ length: 1_000 }, (_, i) => item(i))
    await Promise.all(items.map((one) => direct.step([], [{ op: 'push', key: 'l', items: [one] }])))
    expect(await listOf(direct, 'l')).toEqual(items)
  })

  test('take a list of more than 65,535 items', async () => {
    const items = Array.from({ length: 70_000 }, (_, i) => String(i))
    await direct.step([], [{ op: 'push', key: 'l', items }])
    expect(await listOf(direct, 'l')).toEqual(items)
  })

  test('refuse a writing step whole when Redis is out of memory, while reads and emptying go on', async () => {
    await direct.step([], [set({ a: '1' })('k')])
    const watched = await watch(direct)
    await admin.config('SET', 'maxmemory', '1')
    try {
      const writing: Operation[] = [{ op: 'unset', key: 'k', fields: ['a'] }, set({ b: '2' })('k')]
      await expect(direct.step([], writing)).rejects.toThrow(/OOM/)
      await expect(direct.step([], writing)).rejects.toThrow(ViewsUnavailable)
      expect(await hashOf(direct, 'k')).toEqual({ a: '1' })
      expect(direct.waitingFor()).toContain('OOM')
      await direct.clear()
      await eventually(() => watched.gaps).toBe(1)
    } finally {
      await admin.config('SET', 'maxmemory', '0')
    }
    await answers(direct)
    await tell(direct, 'x')
    await eventually(() => watched.changes).toEqual(['x'])
  })

  test('tell nobody the password', async () => {
    const store = await openThrough({ name: 'nobody', password: 'secret' })
    expect(store.waitingFor()).toContain('WRONGPASS')
    const error = await store.step([], []).catch((refused: Error) => refused)
    expect(JSON.stringify([logged, store.waitingFor(), error, String(error)])).not.toContain('secret')
  })
})
