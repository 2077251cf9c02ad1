import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger } from '@health/runtime'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { describeLog } from '../contract/contract.ts'
import { type EventLog, type LogRecord, LogUnavailable, TopicMismatch } from '../log.ts'
import { type EmbeddedLogOptions, openEmbeddedLog } from './embedded-log.ts'

const hourMs = 3_600_000

const aFolder = () => mkdtempSync(join(tmpdir(), 'log-'))

const open = (folder: string, options: Partial<EmbeddedLogOptions> = {}): EventLog =>
  openEmbeddedLog({
    folder,
    topics: ['readings', 'readings_dlq'],
    partitions: 3,
    retention: { hours: 1, archivedTopic: 'readings' },
    logger: createLogger('silent'),
    ...options,
  })

describeLog('SQLite', async () => {
  const folder = aFolder()
  const log = open(folder)
  const close = async () => {
    await log.close()
    rmSync(folder, { recursive: true })
  }
  return { log: { ...log, close }, another: async () => open(folder) }
})

describe('the embedded log', () => {
  let folder: string
  const logs: EventLog[] = []
  const children: ChildProcess[] = []

  beforeEach(() => {
    folder = aFolder()
  })
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL')
    await Promise.all(logs.splice(0).map((log) => log.close()))
    rmSync(folder, { recursive: true })
  })

  function openHere(options: Partial<EmbeddedLogOptions> = {}): EventLog {
    const log = open(folder, options)
    logs.push(log)
    return log
  }

  function start(action: 'append' | 'consume'): ChildProcess {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'embedded-log.fixture.ts'), action, folder])
    children.push(child)
    return child
  }

  test('tells a subscriber of what another process appends', async () => {
    const seen: LogRecord[] = []
    await openHere().subscribe('readings', 'speed-layer', {
      startAt: async () => null,
      onBatch: async ({ records }) => void seen.push(...records),
    })
    start('append')
    await vi.waitFor(() => expect(seen.map(text)).toEqual(['from another process']))
  })

  test('has one member per group; the next takes over when its process is killed', async () => {
    const log = openHere()
    await append(log, 'p001')
    const other = start('consume')
    await once(other.stdout ?? other, 'data')
    const seen: LogRecord[] = []
    const subscription = await log.subscribe('readings', 'speed-layer', {
      startAt: async () => null,
      onBatch: async ({ records }) => void seen.push(...records),
    })
    expect(subscription.waitingFor()).toMatch(/the other member of group speed-layer/)
    other.kill('SIGKILL')
    await vi.waitFor(() => expect(seen).toHaveLength(1))
    expect(subscription.waitingFor()).toBeNull()
  })

  test('takes no subscription once it is closed', async () => {
    const log = openHere()
    await log.close()
    logs.splice(0)
    const consumer = { startAt: async () => null, onBatch: async () => undefined }
    await expect(log.subscribe('readings', 'speed-layer', consumer)).rejects.toThrow(LogUnavailable)
  })

  test('refuses another number of partitions and names what mends it', () => {
    openHere()
    expect(() => open(folder, { partitions: 6 })).toThrow(TopicMismatch)
    expect(() => open(folder, { partitions: 6 })).toThrow(/KAFKA_PARTITIONS=3/)
  })

  test('never goes back in time, when the clock does', async () => {
    let now = 5000
    const log = openHere({ now: () => now })
    await append(log, 'p001')
    now = 4000
    await append(log, 'p001')
    expect((await readAll(log, 'readings')).map(({ receivedAt }) => receivedAt)).toEqual([5000, 5000])
  })

  describe('deletes old records', () => {
    const old = () => Date.now() - 2 * hourMs

    /** Ten old records and one new one in one partition of each topic. */
    async function fill(): Promise<void> {
      const before = open(folder, { now: old })
      for (const topic of ['readings', 'readings_dlq']) {
        for (let i = 0; i < 10; i++) await append(before, 'p001', topic)
      }
      await before.close()
      const now = open(folder)
      for (const topic of ['readings', 'readings_dlq']) await append(now, 'p001', topic)
      await now.close()
    }

    async function commitAsArchiver(offset: number): Promise<void> {
      const log = open(folder)
      const partitions: number[] = []
      const subscription = await log.subscribe('readings', 'csv-archiver', {
        startAt: async () => null,
        onBatch: async ({ partition }) => void partitions.push(partition),
      })
      await vi.waitFor(() => expect(partitions).toHaveLength(1))
      subscription.commit(partitions[0] ?? -1, offset)
      await log.close()
    }

    const lows = async (log: EventLog, topic: string) =>
      (await log.ranges(topic)).filter(({ end }) => end > 0).map(({ low }) => low)

    test('of the dead letters by age alone, of the readings only what is archived', async () => {
      await fill()
      const log = openHere()
      await vi.waitFor(async () => expect(await lows(log, 'readings_dlq')).toEqual([10]))
      expect(await lows(log, 'readings')).toEqual([0])
      await commitAsArchiver(4)
      const later = openHere()
      await vi.waitFor(async () => expect(await lows(later, 'readings')).toEqual([4]))
      expect(await readAll(later, 'readings')).toHaveLength(7)
    })

    test('but none that is young enough, and no offset is used again', async () => {
      await fill()
      await commitAsArchiver(11)
      const log = openHere()
      await vi.waitFor(async () => expect(await lows(log, 'readings')).toEqual([10]))
      const later = openHere({ now: () => Date.now() + 2 * hourMs })
      await vi.waitFor(async () => expect(await lows(later, 'readings')).toEqual([11]))
      await append(later, 'p001')
      expect((await readAll(later, 'readings')).map(({ offset }) => offset)).toEqual([11])
    })

    test('and tells a subscriber that had not read them', async () => {
      await fill()
      await commitAsArchiver(10)
      const log = openHere()
      await vi.waitFor(async () => expect(await lows(log, 'readings')).toEqual([10]))
      const gaps: unknown[] = []
      const offsets: number[] = []
      await log.subscribe('readings', 'speed-layer', {
        startAt: async (partition) => ((await log.ranges('readings'))[partition]?.end ? 3 : null),
        onBatch: async ({ records }) => void offsets.push(...records.map(({ offset }) => offset)),
        onGap: async (gap) => void gaps.push(gap),
      })
      await vi.waitFor(() => expect(offsets).toEqual([10]))
      expect(gaps).toEqual([{ partition: expect.any(Number), position: 3, low: 10 }])
    })
  })
})

const append = (log: EventLog, key: string, topic = 'readings') =>
  log.append(topic, [{ key, value: Buffer.from('value') }])

const text = ({ value }: LogRecord): string => Buffer.from(value ?? []).toString()

async function readAll(log: EventLog, topic: string): Promise<LogRecord[]> {
  const ranges = await log.ranges(topic)
  return (await Promise.all(ranges.map(({ partition, low }) => log.read(topic, partition, low, 1000)))).flat()
}
