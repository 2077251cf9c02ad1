// What every backend answers when it is asked about a topic or a group.
import { describe, expect, test, vi } from 'vitest'
import { aCollector, type LogWorld, text } from './world.ts'

/** Declares the tests of asking. */
export function describeAsking(begin: LogWorld['begin']): void {
  describe('asking', () => {
    test('tells how far a group has committed', async () => {
      const { log, topic, group, subscribe, appendAll } = begin()
      await appendAll('1', '2', '3')
      expect(await log.committed(topic, group)).toEqual(new Map())
      const seen = aCollector()
      const subscription = await subscribe(seen.consumer)
      await vi.waitFor(() => expect(seen.values()).toHaveLength(3))
      const partition = seen.partition()
      subscription.commit(partition, 2)
      await vi.waitFor(async () => expect(await log.committed(topic, group)).toEqual(new Map([[partition, 2]])))
      subscription.commit(partition, 3)
      await subscription.stop()
      expect(await log.committed(topic, group)).toEqual(new Map([[partition, 3]]))
    })

    test('tells whether a group has members', async () => {
      const { log, topic, group, another, subscribe, appendAll } = begin()
      await appendAll('1')
      expect(await log.hasMembers(topic, group)).toBe(false)
      const seen = aCollector()
      const subscription = await subscribe(seen.consumer, await another())
      await vi.waitFor(() => expect(seen.values()).toEqual(['1']))
      expect(await log.hasMembers(topic, group)).toBe(true)
      await subscription.stop()
      await vi.waitFor(async () => expect(await log.hasMembers(topic, group)).toBe(false))
    })

    test('tells the offsets that each partition holds', async () => {
      const { log, topic, appendAll } = begin()
      const empty = await log.ranges(topic)
      expect(empty.length).toBeGreaterThan(1)
      expect(empty.every(({ low, end }) => low === 0 && end === 0)).toBe(true)
      await appendAll('1', '2')
      expect((await log.ranges(topic)).map(({ end }) => end).toSorted()).toEqual([...empty.slice(1).map(() => 0), 2])
    })

    test('reads records from an offset on, and none past the end', async () => {
      const { log, topic, appendAll } = begin()
      await appendAll('1', '2', '3')
      const partition = (await log.ranges(topic)).find(({ end }) => end > 0)?.partition ?? -1
      expect((await log.read(topic, partition, 1, 10)).map(text)).toEqual(['2', '3'])
      expect((await log.read(topic, partition, 1, 1)).map(text)).toEqual(['2'])
      expect(await log.read(topic, partition, 3, 10)).toEqual([])
      expect(await log.read(topic, partition, 99, 10)).toEqual([])
    })
  })
}
