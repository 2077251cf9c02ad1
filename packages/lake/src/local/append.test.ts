import { readdir, readFile, rename, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ConfigError } from '@health/runtime'
import { expect, test } from 'vitest'
import {
  aFolder,
  aRecord,
  aSystemError,
  interrupted,
  noon,
  offsetsIn,
  type Step,
  someRecords,
} from '../lake.fixture.ts'
import { lakeHeader } from '../rows/row.ts'
import { beginLakeFile, makeDurable, sweep } from './append.ts'
import { lakeCoverage } from './coverage.ts'
import type { FileSystem } from './file-system.ts'
import { listLake, lookUpPartition } from './partition.ts'

const topic = 'health_stream'
const begin = (lakeDir: string, offset: number, files?: FileSystem) =>
  beginLakeFile({ lakeDir, topic, partition: 0, first: aRecord({ offset }), ...(files && { files }) })

async function write(lakeDir: string, from: number, end: number, files?: FileSystem) {
  const file = await begin(lakeDir, from, files)
  await file.append(someRecords(from, end))
  return file.publish()
}

/** What the archiver does after a restart: goes on behind the lake's end until it has `end` records. */
async function goOn(lakeDir: string, end: number, files?: FileSystem): Promise<void> {
  const { newest, leftovers } = await lookUpPartition(lakeDir, topic, 0)
  if (newest !== null) await makeDurable(lakeDir, newest, files)
  await sweep(leftovers, files)
  let next = (await lakeCoverage(lakeDir, topic)).get(0)?.nextOffset ?? 0
  for (; next < end; next += 5) await write(lakeDir, next, Math.min(next + 5, end), files)
}

test('no reader sees a file before it is published', async () => {
  const lake = join(await aFolder(), 'data', 'lake')
  const file = await begin(lake, 0)
  await file.append(someRecords(0, 3))
  await file.append(someRecords(3, 5))
  expect(file).toMatchObject({ rows: 5, firstOffset: 0, nextOffset: 5, date: '2026-11-24' })
  expect((await listLake(lake)).files).toEqual([])
  expect(await file.publish()).toBe('published')
  expect(await offsetsIn(lake, topic, 0)).toEqual([0, 1, 2, 3, 4])
  expect(await readdir(dirname(file.path))).toHaveLength(1)
  expect(file.bytes).toBe((await stat(file.path)).size)
  expect((await readFile(file.path, 'utf8')).startsWith(lakeHeader)).toBe(true)
})

test('whoever may not write the lake may still read it', async () => {
  const lake = join(await aFolder(), 'lake')
  const umask = process.umask(0o077)
  const file = await begin(lake, 0)
  await file.append([aRecord()])
  await file.publish()
  process.umask(umask)
  expect((await stat(file.path)).mode & 0o777).toBe(0o644)
  for (const folder of [lake, join(lake, 'raw'), dirname(file.path)])
    expect((await stat(folder)).mode & 0o777).toBe(0o755)
})

test('content is durable before it is visible, and its name before it is reported', async () => {
  const steps: Step[] = []
  await write(
    await aFolder(),
    0,
    3,
    interrupted((_, step) => steps.push(step)),
  )
  expect(steps).toEqual([
    ...['makeFolder', 'makeFolder', 'syncFolder', 'makeFolder', 'syncFolder'],
    ...['createFile', 'write', 'write', 'sync', 'close', 'link', 'unlink', 'syncFolder'],
  ])
})

test('of two writers the second is fenced, and leaves nothing behind', async () => {
  const lake = await aFolder()
  const [first, second] = [await begin(lake, 0), await begin(lake, 0)]
  await first.append(someRecords(0, 3))
  await second.append(someRecords(0, 7))
  expect(await second.publish()).toBe('published')
  expect(await first.publish()).toBe('fenced')
  expect(await offsetsIn(lake, topic, 0)).toEqual([0, 1, 2, 3, 4, 5, 6])
  expect(await listLake(lake)).toMatchObject({ leftovers: [], foreign: [] })
})

test('a writer whose file was swept away, or whose lake was moved, is fenced', async () => {
  const lake = join(await aFolder(), 'lake')
  const swept = await begin(lake, 0)
  await sweep((await lookUpPartition(lake, topic, 0)).leftovers)
  expect(await swept.publish()).toBe('fenced')
  const moved = await begin(lake, 0)
  await rename(lake, `${lake}-old`)
  expect(await moved.publish()).toBe('fenced')
})

test('wherever a writer ends, nothing is lost and nothing doubled', async () => {
  let steps = 0
  await goOn(
    await aFolder(),
    17,
    interrupted(() => steps++),
  )
  for (let last = 0; last <= steps; last++) {
    const lake = await aFolder()
    const ended = interrupted((number) => {
      if (number > last) throw new Error('ended')
    })
    await goOn(lake, 17, ended).catch(() => undefined)
    // Again a few steps further, then in peace.
    const endedAgain = interrupted((number) => {
      if (number > 7) throw new Error('ended')
    })
    await goOn(lake, 17, endedAgain).catch(() => undefined)
    await goOn(lake, 17)
    expect(await offsetsIn(lake, topic, 0)).toEqual(someRecords(0, 17).map(({ offset }) => offset))
    expect(await listLake(lake)).toMatchObject({ leftovers: [], foreign: [] })
  }
})

test.each([
  ['createFile', 'EACCES'],
  ['write', 'ENOSPC'],
  ['sync', 'EIO'],
  ['close', 'EDQUOT'],
  ['link', 'EIO'],
] as const)('after a failed %s (%s) the lake is as before', async (failing, code) => {
  const lake = await aFolder()
  await write(lake, 0, 3)
  const files = interrupted((_, step) => {
    if (step === failing) throw aSystemError(code, step)
  })
  await expect(write(lake, 3, 6, files)).rejects.toThrow(code)
  expect(await offsetsIn(lake, topic, 0)).toEqual([0, 1, 2])
  expect(await listLake(lake)).toMatchObject({ leftovers: [], foreign: [] })
  expect(await write(lake, 3, 6)).toBe('published')
})

test('a file that could not be made durable is not synced again', async () => {
  let syncs = 0
  const files = interrupted((_, step) => {
    if (step !== 'sync') return
    syncs++
    throw aSystemError('EIO', 'fsync')
  })
  await expect(write(await aFolder(), 0, 3, files)).rejects.toThrow('EIO')
  expect(syncs).toBe(1)
})

test('where the file system has no hard links, the lake says what to do', async () => {
  const files = interrupted((_, step) => {
    if (step === 'link') throw aSystemError('EPERM', 'link')
  })
  const lake = await aFolder()
  const error = await write(lake, 0, 3, files).catch((error: unknown) => error)
  expect(error).toBeInstanceOf(ConfigError)
  expect(String(error)).toContain('Set LAKE_DIR')
  expect(await listLake(lake)).toMatchObject({ files: [], leftovers: [] })
})

test('coverage tells per partition where the lake ends', async () => {
  const lake = await aFolder()
  expect(await lakeCoverage(lake, topic)).toEqual(new Map())
  await write(lake, 0, 5)
  await write(lake, 5, 8)
  expect(await lakeCoverage(lake, topic)).toEqual(new Map([[0, { nextOffset: 8, receivedAt: noon + 7 }]]))
  expect(await lakeCoverage(lake, 'another')).toEqual(new Map())
})
