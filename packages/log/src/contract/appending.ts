// What every backend guarantees of records that are appended.
import { describe, expect, test } from 'vitest'
import { maxRecordBytes } from '../log.ts'
import { aRecord, keyOf, type LogWorld, ofKey, text } from './world.ts'

/** Declares the tests of appending. */
export function describeAppending(begin: LogWorld['begin']): void {
  describe('appending', () => {
    test('makes records durable in the order of each key, at offsets that rise by one', async () => {
      const { log, topic, another, everything } = begin()
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
      const { appendAll, everything } = begin()
      const values = Array.from({ length: 200 }, (_, i) => String(i))
      await Promise.all(values.map((value) => appendAll(value)))
      expect((await everything()).map(text)).toEqual(values)
    })

    test('gives one key one partition, whoever appends', async () => {
      const { log, topic, another } = begin()
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
      const { appendAll, everything } = begin()
      const before = Date.now() - 1000
      for (let i = 0; i < 5; i++) await appendAll(String(i))
      const times = (await everything()).map(({ receivedAt }) => receivedAt)
      expect(times).toEqual(times.toSorted((a, b) => a - b))
      expect(times[0]).toBeGreaterThan(before)
      expect(times.at(-1)).toBeLessThan(Date.now() + 1000)
    })

    test('keeps headers, absent keys and any bytes', async () => {
      const { log, topic, everything } = begin()
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
      const { log, topic } = begin()
      await log.append(
        topic,
        Array.from({ length: 60 }, () => ({ key: null, value: Buffer.from('x') })),
      )
      for (const { low, end } of await log.ranges(topic)) expect(end - low).toBeGreaterThan(0)
    })

    test('takes more than one request holds', async () => {
      const { log, topic } = begin()
      const value = Buffer.alloc(60_000, 'x')
      await log.append(
        topic,
        Array.from({ length: 50 }, () => ({ key: 'k', value })),
      )
      expect((await log.ranges(topic)).reduce((sum, { low, end }) => sum + end - low, 0)).toBe(50)
    })

    test('refuses a record that is too long, and takes its neighbours', async () => {
      const { log, topic, appendAll, everything } = begin()
      const long = { key: 'k', value: Buffer.alloc(maxRecordBytes + 1) }
      const calls = await Promise.allSettled([appendAll('1'), log.append(topic, [long]), appendAll('2')])
      expect(calls.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
      await expect(log.append(topic, [long])).rejects.toThrow(RangeError)
      expect((await everything()).map(text)).toEqual(['1', '2'])
    })

    test('takes an empty call', async () => {
      const { log, topic, appendAll, everything } = begin()
      await log.append(topic, [])
      await appendAll('1')
      expect(await everything()).toHaveLength(1)
    })

    test('keeps topics apart', async () => {
      const { log, topic, appendAll, everything } = begin()
      await appendAll('here')
      await log.append(`${topic}-2`, [aRecord({ value: 'there' })])
      expect((await everything()).map(text)).toEqual(['here'])
    })
  })
}
