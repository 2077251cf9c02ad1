import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { dateOf, lakeFile } from '../local/partition.ts'
import type { FoldedPortion, Portion } from './fold-portion.ts'
import { foldPortions } from './fold-portions.ts'
import { aRecord, noon, reading, topic, writeLake } from './scan.fixture.ts'

const folder = mkdtempSync(join(tmpdir(), 'fold-portions-'))
afterAll(() => rmSync(folder, { recursive: true }))

const count = 20
for (let i = 0; i < count; i++) {
  writeLake(folder, 0, [aRecord(i, reading({ measuredAt: noon + i, glucoseMgdl: 100 + i }))])
}

const portion = (firstOffset: number): Portion => ({
  files: [lakeFile(folder, { topic, partition: 0, firstOffset, date: dateOf(noon) })],
  covered: new Map([[0, count]]),
  timeZone: 'UTC',
  dates: null,
  only: null,
})
const portions = Array.from({ length: count }, (_, i) => portion(i))

describe.each([0, 1, 3])('in %d threads', (threads) => {
  test('portions are given in their order', async () => {
    const found: number[] = []
    for await (const { days } of foldPortions(portions, { threads })) {
      found.push(...days.map(({ sums }) => sums.glucoseMgdl.sum))
    }
    expect(found).toEqual(portions.map((_, i) => 100 + i))
  })

  test('what the file system refuses is told as it says it, behind the portions before', async () => {
    const missing = portion(999)
    const found: FoldedPortion[] = []
    const folding = async () => {
      for await (const folded of foldPortions([...portions, missing, ...portions], { threads })) found.push(folded)
    }
    await expect(folding()).rejects.toMatchObject({ code: 'ENOENT', syscall: 'open' })
    expect(found).toHaveLength(count)
  })

  test('it ends with the reason of the signal', async () => {
    const stop = new AbortController()
    const folding = async () => {
      for await (const _ of foldPortions(portions, { threads, signal: stop.signal })) stop.abort(new Error('enough'))
    }
    await expect(folding()).rejects.toThrow('enough')
  })
})
