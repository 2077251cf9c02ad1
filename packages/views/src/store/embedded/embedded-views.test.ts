// The embedded views keep the contract, also between processes.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { describeViews } from '../contract/contract.ts'
import { eventually, hashOf, tell, watch } from '../contract/handles.ts'
import { keptChanges } from '../deliver.ts'
import { type ViewStore, ViewsUnavailable } from '../store.ts'
import { openEmbeddedViews } from './embedded-views.ts'

const folder = mkdtempSync(join(tmpdir(), 'views-'))
afterAll(() => rmSync(folder, { recursive: true }))

describeViews('embedded views', async () => openEmbeddedViews(join(folder, 'contract')))

/** Another process that makes `steps` steps on the same file, each adding 1 and telling `<name> <i>`. */
const startWriter = (path: string, name: string, steps: number): ChildProcess =>
  fork(new URL('./embedded-views.fixture.ts', import.meta.url), [path, name, String(steps)])

describe('embedded views in several processes', () => {
  let path: string
  let store: ViewStore

  beforeEach(() => {
    path = mkdtempSync(join(folder, 'shared-'))
  })
  afterEach(() => store.close())

  test('tell watchers what another process told', async () => {
    store = openEmbeddedViews(path)
    const watched = await watch(store)
    const [code] = await once(startWriter(path, 'other', 20), 'exit')
    expect(code).toBe(0)
    await eventually(() => watched.changes).toEqual(Array.from({ length: 20 }, (_, i) => `other ${i}`))
    expect(watched.gaps).toBe(0)
  })

  test('open a new file at once and write it side by side without losing a step', async () => {
    const names = ['a', 'b', 'c']
    const codes = await Promise.all(names.map((name) => once(startWriter(path, name, 100), 'exit')))
    expect(codes.map(([code]) => code)).toEqual([0, 0, 0])
    store = openEmbeddedViews(path)
    expect(await hashOf(store, 'shared')).toEqual({ n: '300' })
  })
})

describe('embedded views', () => {
  test('survive closing and opening', async () => {
    const path = mkdtempSync(join(folder, 'reopened-'))
    const first = openEmbeddedViews(path)
    await first.step([], [{ op: 'set', key: 'k', fields: { a: '1' } }])
    await first.close()
    const second = openEmbeddedViews(path)
    expect(await hashOf(second, 'k')).toEqual({ a: '1' })
    await second.close()
  })

  test('keep thousands of changes for a watcher that falls behind, and then tell it of the gap', async () => {
    const store = openEmbeddedViews(mkdtempSync(join(folder, 'behind-')))
    const watched = await watch(store)
    const told = Array.from({ length: keptChanges + 1 }, (_, i) => String(i))
    await tell(store, ...told)
    await eventually(() => watched.changes.length).toBe(keptChanges)
    expect(watched.changes).toEqual(told.slice(1))
    expect(watched.gaps).toBe(1)
    await store.close()
  })

  test('read nothing for a watcher once they are closed, also where a poll came between a change and the closing', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    onTestFinished(() => void vi.useRealTimers())
    const store = openEmbeddedViews(mkdtempSync(join(folder, 'closed-')))
    const watched = await watch(store)
    // Everything up to the closing runs before the immediate that the change has set: a busy thread does the same.
    await tell(store, 'last')
    vi.advanceTimersToNextTimer()
    await store.close()
    // An error in the immediate would end the process, and fails the run of the tests.
    await new Promise(setImmediate)
    expect(watched.changes).toEqual(['last'])
  })

  test('say what is wrong while the file cannot be used, and go on after it', async () => {
    const path = mkdtempSync(join(folder, 'locked-'))
    const store = openEmbeddedViews(path, 0)
    const other = new DatabaseSync(join(path, 'views.db'))
    other.exec('BEGIN IMMEDIATE')
    await expect(tell(store, 'refused')).rejects.toThrow(ViewsUnavailable)
    expect(store.waitingFor()).toContain('views.db: database is locked')
    expect(await hashOf(store, 'k')).toEqual({})
    other.close()
    await tell(store, 'done')
    expect(store.waitingFor()).toBeNull()
    await store.close()
  })
})
