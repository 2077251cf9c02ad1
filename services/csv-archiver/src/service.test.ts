import { rename, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { beginLakeFile, listLake, lookUpPartition } from '@health/lake'
import type { Consumer, EventLog } from '@health/log'
import { ConfigError, createLogger, createMetrics } from '@health/runtime'
import { encodeChange, openViews } from '@health/views'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import {
  aFolder,
  aLog,
  anArchiver,
  append,
  aSystemError,
  disturbed,
  filesIn,
  numbers,
  openTestLog,
  topic,
  valuesIn,
} from './archiver.fixture.ts'
import { archive } from './service.ts'

const logger = createLogger('silent')
afterEach(() => {
  vi.useRealTimers()
})

const until = vi.waitUntil.bind(vi)

test('every record of every partition is in the lake, byte for byte, once it has stopped', async () => {
  const folder = await aFolder()
  const log = await aLog(folder, 3)
  const values = ['', '{', 'a\nb', '\ufeff', 'base64:x', '=1']
    .map((text) => Buffer.from(text))
    .concat(Buffer.from([0xff, 0x00]))
  await log.append(
    topic,
    values.map((value, i) => ({ key: `p${i}`, value })),
  )
  const { stop } = await anArchiver(folder, { partitions: 3 })
  await append(log, 0, 500, 'p9')
  await until(async () => (await listLake(join(folder, 'lake'))).leftovers.length === 3)
  await stop()
  const held = await valuesIn(join(folder, 'lake'))
  expect(held.toSorted()).toEqual([...values.map(String), ...numbers(0, 500)].toSorted())
  const ranges = await log.ranges(topic)
  expect(await log.committed(topic, 'csv-archiver')).toEqual(
    new Map(ranges.map(({ partition, end }) => [partition, end])),
  )
})

test('a file is published after so many seconds, and holds no more than so many rows', async () => {
  const folder = await aFolder()
  const log = await aLog(folder)
  await append(log, 0, 250)
  const { metrics } = await anArchiver(folder, { rollRows: 100, rollSeconds: 0.2 })
  await vi.waitFor(async () => {
    const lengths = (await filesIn(join(folder, 'lake'))).map(({ values }) => values.length)
    expect(lengths).toEqual([100, 100, 50])
  })
  expect(await metrics()).toContain('archive_rows_total{service="csv-archiver"} 250')
})

test('a file ends where the day of receipt does', async () => {
  const folder = await aFolder()
  const log = await aLog(folder)
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 10, 24, 23, 59, 59, 999) })
  const dayLog = await aLog(folder)
  await append(dayLog, 0, 5)
  vi.setSystemTime(Date.UTC(2026, 10, 25))
  await append(dayLog, 5, 8)
  const { stop } = await anArchiver(folder)
  await until(async () => (await listLake(join(folder, 'lake'))).files.length === 1)
  await stop()
  expect(await filesIn(join(folder, 'lake'))).toEqual([
    { date: '2026-11-24', partition: 0, values: numbers(0, 5) },
    { date: '2026-11-25', partition: 0, values: numbers(5, 8) },
  ])
  expect((await log.ranges(topic))[0]?.end).toBe(8)
})

test('a batch run that waits for the lake gets the records at once, those of a moment later too', async () => {
  const folder = await aFolder()
  const [log, views] = [await aLog(folder), await openViews({ DATA_DIR: folder }, { logger })]
  onTestFinished(() => views.close())
  const lake = join(folder, 'lake')
  const want = (offset: number) =>
    views.step([], [{ op: 'tell', change: encodeChange({ kind: 'lake-wanted', offsets: { 0: offset } }) }])
  await anArchiver(folder)
  await append(log, 0, 5)
  await want(5)
  await vi.waitFor(async () => expect(await valuesIn(lake)).toEqual(numbers(0, 5)))
  await want(8)
  await append(log, 5, 7)
  await until(async () => (await listLake(lake)).leftovers.length === 1)
  await append(log, 7, 9)
  await vi.waitFor(async () => expect(await valuesIn(lake)).toEqual(numbers(0, 9)))
})

test('it archives while the views are away', async () => {
  const folder = await aFolder()
  const log = await aLog(folder)
  const views = await openViews({ DATA_DIR: folder, REDIS_URL: 'redis://127.0.0.1:1' }, { logger })
  const settings = { DATA_DIR: folder, KAFKA_TOPIC: topic, ARCHIVE_ROLL_ROWS: 5, ARCHIVE_ROLL_SECONDS: 60 }
  const context = { logger, metrics: createMetrics('csv-archiver'), now: Date.now }
  const service = await archive(await openTestLog(folder), views, settings, context)
  await append(log, 0, 5)
  await vi.waitFor(async () => expect(await valuesIn(join(folder, 'lake'))).toEqual(numbers(0, 5)))
  await until(() => service.waitingFor() === null)
  await service.stop()
})

test('wherever it ends, the next one loses nothing and doubles nothing', async () => {
  for (let last = 1; last <= 30; last += 1) {
    const folder = await aFolder()
    const log = await aLog(folder)
    await append(log, 0, 25)
    let steps = 0
    const ended = await anArchiver(folder, {
      rollRows: 10,
      files: disturbed(() => {
        if (++steps > last) throw new Error('ended')
      }),
    })
    await until(async () => steps > last || (await valuesIn(join(folder, 'lake'))).length >= 20)
    await ended.stop()
    const next = await anArchiver(folder, { rollRows: 10 })
    await append(log, 25, 30)
    await vi.waitFor(async () => expect(await valuesIn(join(folder, 'lake'))).toEqual(numbers(0, 30)))
    await next.stop()
    expect((await listLake(join(folder, 'lake'))).leftovers).toEqual([])
  }
})

test('an archiver that another one overtook drops what it holds and goes on behind the other', async () => {
  const folder = await aFolder()
  const log = await aLog(folder)
  const lakeDir = join(folder, 'lake')
  const { metrics } = await anArchiver(folder, { rollRows: 10 })
  await append(log, 0, 7)
  await until(async () => (await listLake(lakeDir)).leftovers.length === 1)
  const records = await log.read(topic, 0, 0, 7)
  const other = await beginLakeFile({
    lakeDir,
    topic,
    partition: 0,
    first: { offset: 0, receivedAt: records[0]?.receivedAt ?? 0 },
  })
  await other.append(records)
  expect(await other.publish()).toBe('published')
  await append(log, 7, 17)
  await vi.waitFor(async () => expect(await valuesIn(lakeDir)).toEqual(numbers(0, 17)))
  expect(await metrics()).toContain('archive_fenced_total{service="csv-archiver"} 1')
})

test('a full disk is told in words, tried again with patience, and nothing is lost when there is space', async () => {
  const folder = await aFolder()
  const log = await aLog(folder)
  let full = false
  let attempts = 0
  const files = disturbed((step) => {
    if (step !== 'write' || !full) return
    attempts++
    throw aSystemError('ENOSPC', 'write')
  })
  const { waitingFor, metrics } = await anArchiver(folder, { rollRows: 10, files })
  await append(log, 0, 15)
  await vi.waitFor(async () => expect(await valuesIn(join(folder, 'lake'))).toEqual(numbers(0, 10)))
  full = true
  await append(log, 15, 30)
  await until(() => attempts === 3)
  expect(waitingFor()).toMatch(/the lake in .* cannot be written: .*ENOSPC/)
  full = false
  await vi.waitFor(async () => expect(await valuesIn(join(folder, 'lake'))).toEqual(numbers(0, 30)))
  expect(waitingFor()).toBeNull()
  expect(await metrics()).toContain('archive_failures_total{service="csv-archiver"} 3')
})

test('what could not be made durable when its time had come is archived again, without another record', async () => {
  const folder = await aFolder()
  let failures = 0
  const files = disturbed((step) => {
    if (step === 'sync' && failures < 2) {
      failures++
      throw aSystemError('EIO', 'fsync')
    }
  })
  await append(await aLog(folder), 0, 5)
  await anArchiver(folder, { rollSeconds: 0.05, files })
  await vi.waitFor(async () => expect(await valuesIn(join(folder, 'lake'))).toEqual(numbers(0, 5)))
  expect(failures).toBe(2)
})

test.each([
  ['has other records at the same offsets', 20],
  ['is shorter', 3],
])('a lake is refused by a log that %s, with the command that mends it', async (_, length) => {
  const lakeDir = join(await aFolder(), 'lake')
  const before = await aFolder()
  await append(await aLog(before), 0, 10)
  const first = await anArchiver(before, { lakeDir, rollRows: 10 })
  await vi.waitFor(async () => expect(await valuesIn(lakeDir)).toEqual(numbers(0, 10)))
  await first.stop()
  const folder = await aFolder()
  await new Promise((resolve) => setTimeout(resolve, 2))
  await append(await aLog(folder), 100, 100 + length)
  const { failed } = await anArchiver(folder, { lakeDir, rollRows: 1 })
  const error = await failed?.catch((error: unknown) => error)
  expect(error).toBeInstanceOf(ConfigError)
  expect(String(error)).toContain('pnpm run init --lake')
  expect(await valuesIn(lakeDir)).toEqual(numbers(0, 10))
})

test('a damaged newest file is named, and its records are fetched again once it has been moved away', async () => {
  const folder = await aFolder()
  await append(await aLog(folder), 0, 15)
  const lakeDir = join(folder, 'lake')
  await (await archived(folder, 15)).stop()
  const { newest } = await lookUpPartition(lakeDir, topic, 0)
  const path = newest?.path ?? ''
  await truncate(path, 150)
  const { waitingFor, stop } = await anArchiver(folder, { rollRows: 5 })
  await until(() => waitingFor()?.includes(path))
  await rename(path, join(folder, 'damaged.csv'))
  await vi.waitFor(async () => expect(await valuesIn(lakeDir)).toEqual(numbers(0, 15)))
  await stop()
})

async function archived(folder: string, records: number) {
  const archiver = await anArchiver(folder, { rollRows: 5 })
  await vi.waitFor(async () => expect(await valuesIn(join(folder, 'lake'))).toHaveLength(records))
  return archiver
}

test('records that the log has deleted unread are counted and told as an error, and it goes on', async () => {
  const folder = await aFolder()
  const log = await openTestLog(folder)
  let consumer: Consumer | undefined
  const watched: EventLog = {
    ...log,
    subscribe: (name, group, given) => {
      consumer = given
      return log.subscribe(name, group, given)
    },
  }
  const metrics = createMetrics('csv-archiver')
  const views = await openViews({ DATA_DIR: folder }, { logger })
  const settings = { DATA_DIR: folder, KAFKA_TOPIC: topic, ARCHIVE_ROLL_ROWS: 5, ARCHIVE_ROLL_SECONDS: 60 }
  const told = vi.spyOn(logger, 'error')
  const { stop, waitingFor } = await archive(watched, views, settings, { logger, metrics, now: Date.now })
  await consumer?.onGap?.({ partition: 0, position: 5, low: 12 })
  expect(told).toHaveBeenCalledWith({ partition: 0, position: 5, low: 12 }, expect.stringContaining('gap'))
  expect(await metrics.metrics()).toContain('archive_missed_records_total{service="csv-archiver"} 7')
  await append(log, 0, 5)
  await vi.waitFor(async () => expect(await valuesIn(join(folder, 'lake'))).toEqual(numbers(0, 5)))
  expect(waitingFor()).toBeNull()
  await stop()
})
