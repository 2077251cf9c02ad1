import type { Batch } from 'kafkajs'
import { describe, expect, test } from 'vitest'
import type { RecordBatch } from '../log.ts'
import { createFeed } from './feed.ts'

describe('a partition that Kafka feeds', () => {
  const never = new AbortController().signal

  test('is fetched from where its loop wants to start, and not before', async () => {
    const { feed, said } = aFeed()
    expect(said).toEqual([])
    const batch = feed.source.next(5, never)
    expect(said).toEqual(['seek 5', 'resume'])
    await feed.offer(fetched(5))
    expect(plain(await batch)).toEqual(aBatch(5))
  })

  test('is never paused while its loop keeps up', async () => {
    const { feed, said } = aFeed()
    for (let offset = 0; offset < 20; offset++) {
      const batch = feed.source.next(offset, never)
      await feed.offer(fetched(offset))
      expect(plain(await batch)).toEqual(aBatch(offset))
    }
    expect(said).toEqual(['seek 0', 'resume'])
  })

  test('is paused while its loop falls behind, and gets what was held as one batch', async () => {
    const { feed, said } = aFeed()
    const first = feed.source.next(0, never)
    await feed.offer(fetched(0))
    expect(plain(await first)).toEqual(aBatch(0))
    for (const offset of [1, 2, 3, 4]) await feed.offer(fetched(offset))
    expect(said).toEqual(['seek 0', 'resume', 'pause'])
    const held = await feed.source.next(1, never)
    expect(held?.records.map(({ offset }) => offset)).toEqual([1, 2, 3, 4])
    expect(held?.end).toBe(aBatch(4).end)
    expect(said).toEqual(['seek 0', 'resume', 'pause', 'resume'])
  })

  test('does not join batches that do not follow each other', async () => {
    const { feed } = aFeed()
    const first = feed.source.next(0, never)
    await feed.offer(fetched(0))
    await first
    for (const offset of [1, 2, 4]) await feed.offer(fetched(offset))
    expect((await feed.source.next(1, never))?.records.map(({ offset }) => offset)).toEqual([1, 2])
  })

  test('drops what it holds when its loop goes elsewhere', async () => {
    const { feed, said } = aFeed()
    const first = feed.source.next(0, never)
    await feed.offer(fetched(0))
    await first
    await feed.offer(fetched(1))
    const batch = feed.source.next(7, never)
    expect(said).toEqual(['seek 0', 'resume', 'seek 7'])
    await feed.offer(fetched(7))
    expect(plain(await batch)).toEqual(aBatch(7))
  })

  test('keeps what comes after its loop was interrupted', async () => {
    const { feed } = aFeed()
    const interruption = new AbortController()
    const batch = feed.source.next(0, interruption.signal)
    interruption.abort()
    expect(await batch).toBeNull()
    await feed.offer(fetched(0))
    expect(plain(await feed.source.next(0, never))).toEqual(aBatch(0))
  })
})

/** With all that is read of a record when it is asked for. */
const plain = (batch: RecordBatch | null) =>
  batch && {
    ...batch,
    records: batch.records.map(({ offset, key, value, receivedAt, headers }) => ({
      offset,
      key,
      value,
      receivedAt,
      headers,
    })),
  }

function aFeed() {
  const said: string[] = []
  const fetching = {
    seek: (offset: number) => void said.push(`seek ${offset}`),
    pause: () => void said.push('pause'),
    resume: () => void said.push('resume'),
  }
  const range = async () => ({ low: 0, end: 0 })
  return { said, feed: createFeed({ partition: 0, range, fetching }) }
}

/** What kafkajs has of `aBatch`. */
const fetched = (offset: number): Batch =>
  ({
    partition: 0,
    messages: [{ offset: String(offset), key: null, value: null, timestamp: '0', attributes: 0, headers: {} }],
    highWatermark: String(offset + 1),
  }) as unknown as Batch

const aBatch = (offset: number): RecordBatch => ({
  partition: 0,
  records: [{ offset, key: null, value: null, receivedAt: 0, headers: {} }],
  end: offset + 1,
})
