// What every backend of the log guarantees, as tests that each of them passes.
import { randomUUID } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Consumer, EventLog, LogRecord, NewRecord, Subscription } from './log.ts'
import { maxRecordBytes } from './log.ts'

/** A log with at least two partitions, and the way to open it once more, as another process would. */
export interface OpenedLog {
  log: EventLog
  another(): Promise<EventLog>
}

/** Topics of these tests begin so. */
export const contractTopicPrefix = 'contract-'

const patience = { timeout: 30_000, interval: 10 }

/** Declares the tests for the backend `name`. `open` is called once; topics and groups are new in every test. */
export function describeLog(name: string, open: () => Promise<OpenedLog>): void {
  describe(`the log on ${name}`, { timeout: 60_000 }, () => {
    let opened: OpenedLog
    let log: EventLog
    let topic: string
    let group: string
    const subscriptions: Subscription[] = []
    const others: EventLog[] = []

    beforeAll(async () => {
      opened = await open()
      log = opened.log
    }, 60_000)
    afterAll(() => log.close())
    afterEach(async () => {
      await Promise.all(subscriptions.splice(0).map((subscription) => subscription.stop()))
      await Promise.all(others.splice(0).map((other) => other.close()))
    })

    function newNames(): void {
      topic = `${contractTopicPrefix}${randomUUID()}`
      group = `group-${randomUUID()}`
    }

    async function another(): Promise<EventLog> {
      const other = await opened.another()
      others.push(other)
      return other
    }

    async function subscribe(consumer: Consumer, at: EventLog = log, as = group): Promise<Subscription> {
      const subscription = await at.subscribe(topic, as, consumer)
      subscriptions.push(subscription)
      return subscription
    }

    const appendAll = (...values: string[]) =>
      log.append(
        topic,
        values.map((value) => aRecord({ value })),
      )

    async function everything(at: EventLog = log): Promise<LogRecord[]> {
      const ranges = await at.ranges(topic)
      const parts = ranges.map(({ partition, low, end }) => (end > low ? at.read(topic, partition, low, 10_000) : []))
      return (await Promise.all(parts)).flat()
    }

    describe('appending', () => {
      test('makes records durable in the order of each key, at offsets that rise by one', async () => {
        newNames()
        const values = (key: string) => Array.from({ length: 300 }, (_, i) => `${key}-${i}`)
        const records = values('a').flatMap((value, i) => [
          aRecord({ key: 'a', value }),
          aRecord({ key: 'b', value: `b-${i}` }),
        ])
        await log.append(topic, records)
        const stored = await everything(await another())
        for (const key of ['a', 'b']) expect(ofKey(stored, key).map(text)).toEqual(values(key))
        for (const { partition, low, end } of await log.ranges(topic)) {
          const offsets = end > low ? (await log.read(topic, partition, low, 10_000)).map(({ offset }) => offset) : []
          expect(offsets).toEqual(Array.from({ length: end - low }, (_, i) => low + i))
        }
      })

      test('keeps the order of calls that do not wait for each other', async () => {
        newNames()
        const values = Array.from({ length: 200 }, (_, i) => String(i))
        await Promise.all(values.map((value) => appendAll(value)))
        expect((await everything()).map(text)).toEqual(values)
      })

      test('gives one key one partition, whoever appends', async () => {
        newNames()
        const keys = Array.from({ length: 20 }, (_, i) => `patient-${i}`)
        for (const at of [log, await another()])
          await at.append(
            topic,
            keys.map((key) => aRecord({ key })),
          )
        for (const { partition, low, end } of await log.ranges(topic)) {
          if (end === low) continue
          const held = (await log.read(topic, partition, low, 100)).map((record) => String(keyOf(record)))
          for (const key of new Set(held)) expect(held.filter((other) => other === key)).toHaveLength(2)
        }
      })

      test('sets received_at by its own clock, never going back', async () => {
        newNames()
        const before = Date.now() - 1000
        for (let i = 0; i < 5; i++) await appendAll(String(i))
        const times = (await everything()).map(({ receivedAt }) => receivedAt)
        expect(times).toEqual(times.toSorted((a, b) => a - b))
        expect(times[0]).toBeGreaterThan(before)
        expect(times.at(-1)).toBeLessThan(Date.now() + 1000)
      })

      test('keeps headers, absent keys and any bytes', async () => {
        newNames()
        const bytes = Uint8Array.from({ length: 256 }, (_, i) => i)
        const headers = { reason: 'invalid_json', note: 'ö – ✓' }
        await log.append(topic, [
          { key: null, value: bytes },
          { key: 'kö', value: new Uint8Array(), headers },
        ])
        const stored = await everything()
        const [plain, marked] = [stored.find(({ key }) => key === null), stored.find(({ key }) => key !== null)]
        expect(Buffer.from(plain?.value ?? [])).toEqual(Buffer.from(bytes))
        expect(plain?.headers).toEqual({})
        expect(marked && keyOf(marked)).toBe('kö')
        expect(marked?.value).toHaveLength(0)
        expect(marked?.headers).toEqual(headers)
      })

      test('spreads records without a key over the partitions', async () => {
        newNames()
        await log.append(
          topic,
          Array.from({ length: 60 }, () => ({ key: null, value: Buffer.from('x') })),
        )
        for (const { low, end } of await log.ranges(topic)) expect(end - low).toBeGreaterThan(0)
      })

      test('takes more than one request holds', async () => {
        newNames()
        const value = Buffer.alloc(60_000, 'x')
        await log.append(
          topic,
          Array.from({ length: 50 }, () => ({ key: 'k', value })),
        )
        expect((await log.ranges(topic)).reduce((sum, { low, end }) => sum + end - low, 0)).toBe(50)
      })

      test('refuses a record that is too long, and takes its neighbours', async () => {
        newNames()
        const long = { key: 'k', value: Buffer.alloc(maxRecordBytes + 1) }
        const calls = await Promise.allSettled([appendAll('1'), log.append(topic, [long]), appendAll('2')])
        expect(calls.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
        await expect(log.append(topic, [long])).rejects.toThrow(RangeError)
        expect((await everything()).map(text)).toEqual(['1', '2'])
      })

      test('takes an empty call', async () => {
        newNames()
        await log.append(topic, [])
        await appendAll('1')
        expect(await everything()).toHaveLength(1)
      })

      test('keeps topics apart', async () => {
        newNames()
        await appendAll('here')
        await log.append(`${topic}-2`, [aRecord({ value: 'there' })])
        expect((await everything()).map(text)).toEqual(['here'])
      })
    })

    describe('consuming', () => {
      test('begins at the oldest record where the start is null, and goes on with what comes', async () => {
        newNames()
        await appendAll('1', '2')
        const seen = aCollector()
        const subscription = await subscribe(seen.consumer)
        await vi.waitFor(() => expect(seen.values()).toEqual(['1', '2']), patience)
        expect(subscription.waitingFor()).toBeNull()
        await appendAll('3')
        await vi.waitFor(() => expect(seen.values()).toEqual(['1', '2', '3']), patience)
      })

      test('begins at the start that is given, whatever the group has committed', async () => {
        newNames()
        await appendAll('1', '2', '3', '4')
        const first = aCollector()
        const subscription = await subscribe(first.consumer)
        await vi.waitFor(() => expect(first.values()).toHaveLength(4), patience)
        subscription.commit(first.partition(), 4)
        await subscription.stop()
        const second = aCollector({ startAt: async (partition) => (partition === first.partition() ? 2 : null) })
        await subscribe(second.consumer)
        await vi.waitFor(() => expect(second.values()).toEqual(['3', '4']), patience)
      })

      test('begins at the end where that is the start', async () => {
        newNames()
        await appendAll('1')
        const ends = new Map((await log.ranges(topic)).map(({ partition, end }) => [partition, end]))
        const seen = aCollector({ startAt: async (partition) => ends.get(partition) ?? null })
        await subscribe(seen.consumer)
        await appendAll('2')
        await vi.waitFor(() => expect(seen.values()).toEqual(['2']), patience)
      })

      test('fails when the position lies beyond the end', async () => {
        newNames()
        await appendAll('1')
        const subscription = await subscribe(aCollector({ startAt: async () => 1000 }).consumer)
        await expect(subscription.failed).rejects.toThrow(/made anew/)
      })

      test('asks for the start until it is told', async () => {
        newNames()
        await appendAll('1')
        let asked = 0
        const seen = aCollector({
          async startAt() {
            if (++asked < 4) throw new Error('the views are away')
            return null
          },
        })
        const subscription = await subscribe(seen.consumer)
        await vi.waitFor(() => expect(subscription.waitingFor()).toMatch(/the views are away/), patience)
        await vi.waitFor(() => expect(seen.values()).toEqual(['1']), patience)
      })

      test('gives consecutive records, and says where the log ended', async () => {
        newNames()
        await appendAll(...Array.from({ length: 5000 }, (_, i) => String(i)))
        const seen = aCollector()
        await subscribe(seen.consumer)
        await vi.waitFor(() => expect(seen.values()).toHaveLength(5000), patience)
        const offsets = seen.batches.flatMap(({ records }) => records.map(({ offset }) => offset))
        expect(offsets).toEqual(Array.from({ length: 5000 }, (_, i) => i))
        for (const { records, end } of seen.batches) expect(end).toBeGreaterThan(records.at(-1)?.offset ?? 0)
      })

      test('gives the same records again after a failure, and goes on in order', async () => {
        newNames()
        await appendAll('1', '2')
        let failures = 0
        const seen = aCollector({
          async onBatch() {
            if (failures++ < 2) throw new TypeError('no good')
          },
        })
        await subscribe(seen.consumer)
        await vi.waitFor(() => expect(seen.batches).toHaveLength(3), patience)
        await appendAll('3')
        await vi.waitFor(() => expect(seen.values()).toHaveLength(7), patience)
        expect(seen.values()).toEqual(['1', '2', '1', '2', '1', '2', '3'])
      })

      test('lets no slow partition hold back the others', async () => {
        newNames()
        await appendAll('slow')
        const key = await aKeyElsewhere(log, topic)
        const release = Promise.withResolvers<void>()
        const seen = aCollector({
          async onBatch({ records }) {
            if (records.some((record) => text(record) === 'slow')) await release.promise
          },
        })
        await subscribe(seen.consumer)
        await vi.waitFor(() => expect(seen.values()).toContain('slow'), patience)
        for (let i = 0; i < 3; i++) {
          await log.append(topic, [aRecord({ key, value: `quick-${i}` })])
          await vi.waitFor(() => expect(seen.values()).toContain(`quick-${i}`), patience)
        }
        await appendAll('after')
        release.resolve()
        await vi.waitFor(() => expect(seen.values()).toContain('after'), patience)
      })

      test('gives one partition one batch at a time', async () => {
        newNames()
        let working = 0
        let most = 0
        const seen = aCollector({
          async onBatch() {
            most = Math.max(most, ++working)
            await setImmediate()
            working--
          },
        })
        await subscribe(seen.consumer)
        for (let i = 0; i < 20; i++) await appendAll(String(i))
        await vi.waitFor(() => expect(seen.values()).toHaveLength(20), patience)
        expect(most).toBe(1)
      })

      test('asks for the start again when told to restart', async () => {
        newNames()
        await appendAll('1', '2', '3')
        let start = 0
        const seen = aCollector({ startAt: async () => Math.min(start, await endOf(log, topic)) })
        const subscription = await subscribe(seen.consumer)
        await vi.waitFor(() => expect(seen.values()).toHaveLength(3), patience)
        start = 1
        subscription.restart(seen.partition())
        await vi.waitFor(() => expect(seen.values()).toEqual(['1', '2', '3', '2', '3']), patience)
      })

      test('restarts from within a batch, without giving it again', async () => {
        newNames()
        await appendAll('1', '2')
        let refused = 0
        const subscribed = Promise.withResolvers<Subscription>()
        const seen = aCollector({
          startAt: async () => null,
          async onBatch({ partition }) {
            if (refused++ > 0) return
            const subscription = await subscribed.promise
            subscription.restart(partition)
            throw new Error('stale position')
          },
        })
        subscribed.resolve(await subscribe(seen.consumer))
        await vi.waitFor(() => expect(seen.values()).toEqual(['1', '2', '1', '2']), patience)
      })

      test('gives every group everything', async () => {
        newNames()
        await appendAll('1', '2')
        const collectors = [aCollector(), aCollector()]
        for (const [i, { consumer }] of collectors.entries()) await subscribe(consumer, log, `${group}-${i}`)
        for (const { values } of collectors) {
          await vi.waitFor(() => expect(values()).toEqual(['1', '2']), patience)
        }
      })

      test('stops after the batch under way', async () => {
        newNames()
        await appendAll('1')
        const release = Promise.withResolvers<void>()
        let finished = false
        const seen = aCollector({
          async onBatch() {
            await release.promise
            finished = true
          },
        })
        const subscription = await subscribe(seen.consumer)
        await vi.waitFor(() => expect(seen.batches).toHaveLength(1), patience)
        const stopped = subscription.stop()
        await appendAll('2')
        release.resolve()
        await stopped
        expect(finished).toBe(true)
        expect(seen.values()).toEqual(['1'])
      })

      test('hands over to another member of the group, which skips nothing', async () => {
        newNames()
        let position: number | null = null
        const positioned: Partial<Consumer> = {
          startAt: async (partition) => (partition === first.partition() ? position : null),
          async onBatch({ records }) {
            position = (records.at(-1)?.offset ?? 0) + 1
          },
        }
        const first = aCollector(positioned)
        const second = aCollector(positioned)
        const member = await subscribe(first.consumer)
        await appendAll('1', '2')
        await vi.waitFor(() => expect(first.values()).toEqual(['1', '2']), patience)
        await subscribe(second.consumer, await another())
        await appendAll('3')
        await vi.waitFor(() => expect([...first.values(), ...second.values()]).toContain('3'), patience)
        await member.stop()
        await appendAll('4', '5')
        await vi.waitFor(() => expect(second.values()).toContain('5'), patience)
        expect([...first.values(), ...second.values()]).toEqual(['1', '2', '3', '4', '5'])
      })
    })

    describe('asking', () => {
      test('tells how far a group has committed', async () => {
        newNames()
        await appendAll('1', '2', '3')
        expect(await log.committed(topic, group)).toEqual(new Map())
        const seen = aCollector()
        const subscription = await subscribe(seen.consumer)
        await vi.waitFor(() => expect(seen.values()).toHaveLength(3), patience)
        const partition = seen.partition()
        subscription.commit(partition, 2)
        await vi.waitFor(
          async () => expect(await log.committed(topic, group)).toEqual(new Map([[partition, 2]])),
          patience,
        )
        subscription.commit(partition, 3)
        await subscription.stop()
        expect(await log.committed(topic, group)).toEqual(new Map([[partition, 3]]))
      })

      test('tells whether a group has members', async () => {
        newNames()
        await appendAll('1')
        expect(await log.hasMembers(topic, group)).toBe(false)
        const seen = aCollector()
        const subscription = await subscribe(seen.consumer, await another())
        await vi.waitFor(() => expect(seen.values()).toEqual(['1']), patience)
        expect(await log.hasMembers(topic, group)).toBe(true)
        await subscription.stop()
        await vi.waitFor(async () => expect(await log.hasMembers(topic, group)).toBe(false), patience)
      })

      test('tells the offsets that each partition holds', async () => {
        newNames()
        const empty = await log.ranges(topic)
        expect(empty.length).toBeGreaterThan(1)
        expect(empty.every(({ low, end }) => low === 0 && end === 0)).toBe(true)
        await appendAll('1', '2')
        expect((await log.ranges(topic)).map(({ end }) => end).toSorted()).toEqual([...empty.slice(1).map(() => 0), 2])
      })

      test('reads records from an offset on, and none past the end', async () => {
        newNames()
        await appendAll('1', '2', '3')
        const partition = (await log.ranges(topic)).find(({ end }) => end > 0)?.partition ?? -1
        expect((await log.read(topic, partition, 1, 10)).map(text)).toEqual(['2', '3'])
        expect((await log.read(topic, partition, 1, 1)).map(text)).toEqual(['2'])
        expect(await log.read(topic, partition, 3, 10)).toEqual([])
        expect(await log.read(topic, partition, 99, 10)).toEqual([])
      })
    })
  })
}

const aRecord = ({ key = 'p001', value = 'value' } = {}): NewRecord => ({ key, value: Buffer.from(value) })
const text = ({ value }: LogRecord): string => Buffer.from(value ?? []).toString()
const keyOf = ({ key }: LogRecord): string | null => (key === null ? null : Buffer.from(key).toString())
const ofKey = (records: LogRecord[], key: string) => records.filter((record) => keyOf(record) === key)

const endOf = async (log: EventLog, topic: string): Promise<number> =>
  Math.max(...(await log.ranges(topic)).map(({ end }) => end))

/** A key whose partition is still empty. */
async function aKeyElsewhere(log: EventLog, topic: string): Promise<string> {
  for (let i = 0; ; i++) {
    const before = await log.ranges(topic)
    await log.append(topic, [aRecord({ key: `key-${i}`, value: 'probe' })])
    const after = await log.ranges(topic)
    if (after.some(({ end }, p) => end === 1 && before[p]?.end === 0)) return `key-${i}`
  }
}

/** A consumer that keeps what it is given, before it does what `behaviour` says. */
function aCollector(behaviour: Partial<Consumer> = {}) {
  const batches: Parameters<Consumer['onBatch']>[0][] = []
  const consumer: Consumer = {
    startAt: async () => null,
    ...behaviour,
    async onBatch(batch) {
      batches.push(batch)
      await behaviour.onBatch?.(batch)
    },
  }
  return {
    consumer,
    batches,
    values: () => batches.flatMap(({ records }) => records.map(text)),
    /** The partition of the first batch. */
    partition: () => batches[0]?.partition ?? -1,
  }
}
