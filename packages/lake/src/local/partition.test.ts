import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { aFolder } from '../lake.fixture.ts'
import { lakeFile, leftoverPath, listLake, lookUpPartition, parseFileName } from './partition.ts'

const aFile = (lakeDir: string, firstOffset: number, date = '2026-11-24', topic = 'health_stream', partition = 3) =>
  lakeFile(lakeDir, { topic, partition, firstOffset, date })

async function put(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, '')
}

test('a file is named by topic, partition and first offset, in the folder of its date', () => {
  expect(aFile('lake', 42).path).toBe(
    join('lake', 'raw', 'date=2026-11-24', 'health_stream-003-00000000000000000042.csv'),
  )
})

test('names are read back whatever characters the topic has', () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^[A-Za-z0-9._-]{1,30}$/),
      fc.nat(999),
      fc.maxSafeNat(),
      (topic, partition, firstOffset) => {
        const { path } = lakeFile('', { topic, partition, firstOffset, date: '2026-11-24' })
        expect(parseFileName(path.split('/').at(-1) ?? '')).toEqual({ topic, partition, firstOffset })
      },
    ),
  )
})

test.each(['notes.csv', 'health_stream-3-42.csv', 'health_stream-003-00000000000000000042.csv.gz', '.csv'])(
  '%s is not a name of the lake',
  (name) => expect(parseFileName(name)).toBeNull(),
)

test('an unpublished file is hidden and no *.csv', () => {
  const path = leftoverPath('lake', aFile('lake', 42), '99-abc')
  expect(path).toBe(join('lake', 'raw', 'date=2026-11-24', '.health_stream-003-00000000000000000042.99-abc.tmp'))
})

test('the lake is listed in order, with what is left behind and what is foreign', async () => {
  const lake = await aFolder()
  const files = [aFile(lake, 0, '2026-11-23'), aFile(lake, 9), aFile(lake, 100, '2026-11-24', 'health_stream', 4)]
  const leftover = leftoverPath(lake, aFile(lake, 200), '99-abc')
  const foreign = [join(lake, 'raw', 'date=2026-11-24', 'part-0.csv'), join(lake, 'raw', 'notes.txt')]
  for (const path of [...files.map(({ path }) => path).reverse(), leftover, ...foreign]) await put(path)
  expect(await listLake(lake)).toEqual({ files, leftovers: [leftover], foreign })
})

test('where there is no lake, it is empty', async () => {
  expect(await listLake(join(await aFolder(), 'none'))).toEqual({ files: [], leftovers: [], foreign: [] })
})

test('the newest file of a partition is found among those of others', async () => {
  const lake = await aFolder()
  const leftover = leftoverPath(lake, aFile(lake, 50), '99-abc')
  const others = [aFile(lake, 70, '2026-11-24', 'health_stream-003'), aFile(lake, 80, '2026-11-24', 'health_stream', 4)]
  for (const { path } of [aFile(lake, 0, '2026-11-22'), aFile(lake, 20), aFile(lake, 9), ...others]) await put(path)
  await put(leftover)
  await put(leftoverPath(lake, aFile(lake, 1, '2026-11-24', 'health_stream', 4), '99-abc'))
  expect(await lookUpPartition(lake, 'health_stream', 3)).toEqual({ newest: aFile(lake, 20), leftovers: [leftover] })
  expect(await lookUpPartition(lake, 'health_stream', 5)).toEqual({ newest: null, leftovers: [] })
})

test('a clock that was set back over midnight does not hide the newest file', async () => {
  const lake = await aFolder()
  for (const { path } of [aFile(lake, 10, '2026-11-25'), aFile(lake, 20, '2026-11-24')]) await put(path)
  expect((await lookUpPartition(lake, 'health_stream', 3)).newest).toEqual(aFile(lake, 20, '2026-11-24'))
})
