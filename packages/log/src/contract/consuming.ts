// What every backend guarantees to a consumer: every record, in order, from where it wants to begin.
import { setImmediate } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import type { Consumer, Subscription } from '../log.ts'
import { aCollector, aKeyElsewhere, aRecord, endOf, type LogWorld, text } from './world.ts'

/** Declares the tests of consuming. */
export function describeConsuming(begin: LogWorld['begin']): void {
  describe('consuming', () => {
    test('begins at the oldest record where the start is null, and goes on with what comes', async () => {
      const { subscribe, appendAll } = begin()
      await appendAll('1', '2')
      const seen = aCollector()
      const subscription = await subscribe(seen.consumer)
      await vi.waitFor(() => expect(seen.values()).toEqual(['1', '2']))
      expect(subscription.waitingFor()).toBeNull()
      await appendAll('3')
      await vi.waitFor(() => expect(seen.values()).toEqual(['1', '2', '3']))
    })

    test('begins at the start that is given, whatever the group has committed', async () => {
      const { subscribe, appendAll } = begin()
      await appendAll('1', '2', '3', '4')
      const first = aCollector()
      const subscription = await subscribe(first.consumer)
      await vi.waitFor(() => expect(first.values()).toHaveLength(4))
      subscription.commit(first.partition(), 4)
      await subscription.stop()
      const second = aCollector({ startAt: async (partition) => (partition === first.partition() ? 2 : null) })
      await subscribe(second.consumer)
      await vi.waitFor(() => expect(second.values()).toEqual(['3', '4']))
    })

    test('begins at the end where that is the start', async () => {
      const { log, topic, subscribe, appendAll } = begin()
      await appendAll('1')
      const ends = new Map((await log.ranges(topic)).map(({ partition, end }) => [partition, end]))
      const seen = aCollector({ startAt: async (partition) => ends.get(partition) ?? null })
      await subscribe(seen.consumer)
      await appendAll('2')
      await vi.waitFor(() => expect(seen.values()).toEqual(['2']))
    })

    test('fails when the position lies beyond the end', async () => {
      const { subscribe, appendAll } = begin()
      await appendAll('1')
      const subscription = await subscribe(aCollector({ startAt: async () => 1000 }).consumer)
      await expect(subscription.failed).rejects.toThrow(/made anew/)
    })

    test('asks for the start until it is told', async () => {
      const { subscribe, appendAll } = begin()
      await appendAll('1')
      let asked = 0
      const seen = aCollector({
        async startAt() {
          if (++asked < 4) throw new Error('the views are away')
          return null
        },
      })
      const subscription = await subscribe(seen.consumer)
      await vi.waitFor(() => expect(subscription.waitingFor()).toMatch(/the views are away/))
      await vi.waitFor(() => expect(seen.values()).toEqual(['1']))
    })

    test('gives consecutive records, and says where the log ended', async () => {
      const { subscribe, appendAll } = begin()
      await appendAll(...Array.from({ length: 5000 }, (_, i) => String(i)))
      const seen = aCollector()
      await subscribe(seen.consumer)
      await vi.waitFor(() => expect(seen.values()).toHaveLength(5000))
      const offsets = seen.batches.flatMap(({ records }) => records.map(({ offset }) => offset))
      expect(offsets).toEqual(Array.from({ length: 5000 }, (_, i) => i))
      for (const { records, end } of seen.batches) expect(end).toBeGreaterThan(records.at(-1)?.offset ?? 0)
    })

    test('gives the same records again after a failure, and goes on in order', async () => {
      const { subscribe, appendAll } = begin()
      await appendAll('1', '2')
      let failures = 0
      const seen = aCollector({
        async onBatch() {
          if (failures++ < 2) throw new TypeError('no good')
        },
      })
      await subscribe(seen.consumer)
      await vi.waitFor(() => expect(seen.batches).toHaveLength(3))
      await appendAll('3')
      await vi.waitFor(() => expect(seen.values()).toHaveLength(7))
      expect(seen.values()).toEqual(['1', '2', '1', '2', '1', '2', '3'])
    })

    test('lets no slow partition hold back the others', async () => {
      const { log, topic, subscribe, appendAll } = begin()
      await appendAll('slow')
      const key = await aKeyElsewhere(log, topic)
      const release = Promise.withResolvers<void>()
      const seen = aCollector({
        async onBatch({ records }) {
          if (records.some((record) => text(record) === 'slow')) await release.promise
        },
      })
      await subscribe(seen.consumer)
      await vi.waitFor(() => expect(seen.values()).toContain('slow'))
      for (let i = 0; i < 3; i++) {
        await log.append(topic, [aRecord({ key, value: `quick-${i}` })])
        await vi.waitFor(() => expect(seen.values()).toContain(`quick-${i}`))
      }
      await appendAll('after')
      release.resolve()
      await vi.waitFor(() => expect(seen.values()).toContain('after'))
    })

    test('gives one partition one batch at a time', async () => {
      const { subscribe, appendAll } = begin()
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
      await vi.waitFor(() => expect(seen.values()).toHaveLength(20))
      expect(most).toBe(1)
    })

    test('asks for the start again when told to restart', async () => {
      const { log, topic, subscribe, appendAll } = begin()
      await appendAll('1', '2', '3')
      let start = 0
      const seen = aCollector({ startAt: async () => Math.min(start, await endOf(log, topic)) })
      const subscription = await subscribe(seen.consumer)
      await vi.waitFor(() => expect(seen.values()).toHaveLength(3))
      start = 1
      subscription.restart(seen.partition())
      await vi.waitFor(() => expect(seen.values()).toEqual(['1', '2', '3', '2', '3']))
    })

    test('restarts from within a batch, without giving it again', async () => {
      const { subscribe, appendAll } = begin()
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
      await vi.waitFor(() => expect(seen.values()).toEqual(['1', '2', '1', '2']))
    })

    test('gives every group everything', async () => {
      const { log, group, subscribe, appendAll } = begin()
      await appendAll('1', '2')
      const collectors = [aCollector(), aCollector()]
      for (const [i, { consumer }] of collectors.entries()) await subscribe(consumer, log, `${group}-${i}`)
      for (const { values } of collectors) {
        await vi.waitFor(() => expect(values()).toEqual(['1', '2']))
      }
    })

    test('stops after the batch under way', async () => {
      const { subscribe, appendAll } = begin()
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
      await vi.waitFor(() => expect(seen.batches).toHaveLength(1))
      const stopped = subscription.stop()
      await appendAll('2')
      release.resolve()
      await stopped
      expect(finished).toBe(true)
      expect(seen.values()).toEqual(['1'])
    })

    test('lets who stops commit once more, behind the last batch', async () => {
      const { log, topic, group, subscribe, appendAll } = begin()
      await appendAll('1', '2')
      const seen = aCollector({
        async onStopped() {
          subscription.commit(seen.partition(), 2)
        },
      })
      const subscription: Subscription = await subscribe(seen.consumer)
      await vi.waitFor(() => expect(seen.values()).toHaveLength(2))
      await subscription.stop()
      expect((await log.committed(topic, group)).get(seen.partition())).toBe(2)
    })

    test('hands over to another member of the group, which skips nothing', async () => {
      const { another, subscribe, appendAll } = begin()
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
      await vi.waitFor(() => expect(first.values()).toEqual(['1', '2']))
      await subscribe(second.consumer, await another())
      await appendAll('3')
      await vi.waitFor(() => expect([...first.values(), ...second.values()]).toContain('3'))
      await member.stop()
      await appendAll('4', '5')
      await vi.waitFor(() => expect(second.values()).toContain('5'))
      expect([...first.values(), ...second.values()]).toEqual(['1', '2', '3', '4', '5'])
    })
  })
}
