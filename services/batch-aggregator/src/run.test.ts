import { ConfigError } from '@health/runtime'
import {
  allPatients,
  daysKey,
  decodeChange,
  encodeProgress,
  type PartitionState,
  partitionKey,
  readBatchRows,
  readBatchView,
  readPartitions,
  type ViewChange,
  type ViewStore,
} from '@health/views'
import { describe, expect, test, vi } from 'vitest'
import { type BatchWorld, createBatchWorld, morning, partitions, readDailyRows } from './batch.fixture.ts'
import { BatchFailed } from './batch-failed.ts'
import { runBatch } from './run.ts'

/** Records counted in what is served of a patient, or of all. */
async function served({ views }: BatchWorld, patientId: string = allPatients): Promise<number> {
  const days = await readDailyRows(views, patientId, partitions)
  return days.reduce((sum, day) => sum + day.total_records, 0)
}

async function changesOf({ views }: BatchWorld): Promise<ViewChange[]> {
  const told: ViewChange[] = []
  await views.watch(
    (changes) => told.push(...changes.map(({ change }) => decodeChange(change))),
    () => {},
  )
  return told
}

async function aRunningWorld(): Promise<BatchWorld> {
  const world = await createBatchWorld()
  world.produce(0, 5)
  world.produce(1, 3)
  await world.apply()
  await world.archive()
  return world
}

describe('a batch run', () => {
  test('takes nothing from views that are emptied and filled again while it tidies up', async () => {
    const world = await aRunningWorld()
    let isEmptied = false
    const views: ViewStore = {
      ...world.views,
      async step(guards, operations) {
        if (!isEmptied && [...operations].every(({ op }) => op === 'unset')) {
          isEmptied = true
          await world.views.clear()
          await world.apply()
        }
        return world.views.step(guards, operations)
      },
    }
    await runBatch({ ...world.options, views })
    expect(isEmptied).toBe(true)
    expect([await served(world), await served(world, 'p001'), await served(world, 'p002')]).toEqual([8, 5, 3])
  })

  test('refuses the lake of another log, though it has the offsets', async () => {
    const world = await aRunningWorld()
    const [first] = await readPartitions(world.views, partitions)
    const fields = { receivedAt: String((first?.receivedAt ?? 0) + 1) }
    await world.views.step([], [{ op: 'set', key: partitionKey(0), fields }])
    const before = await served(world)
    await expect(runBatch(world.options)).rejects.toThrow(/belongs to another log[\s\S]*pnpm run init --lake/)
    expect(await served(world)).toBe(before)
  })

  test('says that the lake cannot be read, in words', async () => {
    const world = await aRunningWorld()
    const options = { ...world.options, lakeDir: import.meta.filename }
    await expect(runBatch(options)).rejects.toThrow(BatchFailed)
    await expect(runBatch(options)).rejects.toThrow(/The lake in .*run\.test\.ts cannot be read: ENOTDIR/)
  })

  test('replaces what the speed layer had counted, and what comes later is added', async () => {
    const world = await aRunningWorld()
    const [live] = await readDailyRows(world.views, 'p001', partitions)
    const result = await runBatch(world.options)
    expect(result).toMatchObject({
      records: 8,
      missing: 0,
      watermark: new Map([
        [0, 5],
        [1, 3],
      ]),
    })
    expect(result.completeTo).toBe(morning + 4 * 60_000)
    const [day] = await readDailyRows(world.views, 'p001', partitions)
    const { avg, min, max, sd, count } = live?.glucose_mgdl ?? {}
    expect(day).toMatchObject({ glucose_mgdl: { avg, min, max, sd, count }, total_records: 5 })
    expect(day?.computed_at).toBe(new Date(result.computedAt).toISOString())
    expect(day?.complete_to).toBe(new Date(result.completeTo).toISOString())

    world.produce(0, 2)
    await world.apply()
    expect(await served(world, 'p001')).toBe(7)
    expect(await served(world)).toBe(10)
  })

  test('counts nothing twice that comes while it runs', async () => {
    const world = await aRunningWorld()
    const onProgress = vi.fn(async () => {})
    const counts: number[] = []
    world.produce(0, 1)
    const run = runBatch({ ...world.options, onProgress })
    await vi.waitFor(() => expect(onProgress).toHaveBeenCalled())
    await world.apply()
    counts.push(await served(world))
    await run
    counts.push(await served(world))
    expect(counts).toEqual([9, 9])
  })

  test('computes only the days that came or changed since the last one; a full one computes all, to the same', async () => {
    const world = await aRunningWorld()
    await runBatch(world.options)
    // Up to midnight.
    world.produce(0, 955)
    await world.apply()
    await world.archive()
    expect(await runBatch(world.options)).toMatchObject({ goesOn: true, records: 963, newRecords: 955 })
    world.produce(0, 2)
    await world.apply()
    await world.archive()
    // The first of the two was measured before midnight: both days have changed, for the sum over all patients too.
    expect((await runBatch(world.options)).rows).toHaveLength(5)
    world.produce(0, 1)
    await world.apply()
    await world.archive()
    const last = await runBatch(world.options)
    expect(last.rows.map(({ patientId, date }) => `${patientId} ${date}`)).toEqual(['* 2026-11-25', 'p001 2026-11-25'])
    const all = { from: '0000-01-01', to: '9999-12-31' }
    const counts = async () =>
      (await readBatchRows(world.views, all)).rows.map(({ patientId, date, day }) => [
        patientId,
        date,
        day.validRecords,
      ])
    const before = await counts()
    expect(before.map(([patientId, date]) => `${patientId} ${date}`)).toEqual([
      '* 2026-11-24',
      '* 2026-11-25',
      'p001 2026-11-24',
      'p001 2026-11-25',
      'p002 2026-11-24',
    ])
    const full = await runBatch({ ...world.options, full: true })
    expect(full).toMatchObject({ goesOn: false, records: 966, newRecords: 966 })
    expect(await counts()).toEqual(before)
    expect([await served(world), await served(world, 'p001'), await served(world, 'p002')]).toEqual([966, 963, 3])
  })

  test('gives the same again, and keeps one row a day', async () => {
    const world = await aRunningWorld()
    await runBatch(world.options)
    const first = await readDailyRows(world.views, allPatients, partitions)
    await runBatch(world.options)
    expect(await readDailyRows(world.views, allPatients, partitions)).toEqual(first)
    const [fields] = (await world.views.step([], [{ op: 'getAll', key: daysKey('p001') }])) ?? []
    expect(fields).toEqual({ fields: { 'b|1|2026-11-24': expect.any(String) } })
  })

  test('leaves nothing behind that counts no more, nor does one that follows an interrupted one', async () => {
    const world = await aRunningWorld()
    const fieldsOf = async (patientId: string) => {
      const [reply] = (await world.views.step([], [{ op: 'getAll', key: daysKey(patientId) }])) ?? []
      return Object.keys(reply && 'fields' in reply ? reply.fields : {})
    }
    const runAfter = async (records: number) => {
      world.produce(0, records)
      await world.apply()
      await world.archive()
      await runBatch(world.options)
    }
    await runBatch(world.options)
    await runAfter(1)
    expect(await fieldsOf('p001')).toEqual(['b|2|2026-11-24'])
    expect(await fieldsOf('p002')).toEqual(['b|2|2026-11-24'])
    // Up to midnight; then one run is interrupted before it has tidied up, and the next touches another day.
    await runAfter(954)
    await runAfter(1)
    const left = { 'b|1|2026-11-24': '{}', 's|1|0|2026-11-24': '{}' }
    for (const id of ['p002', allPatients]) await world.views.step([], [{ op: 'set', key: daysKey(id), fields: left }])
    await runAfter(1)
    expect(await fieldsOf('p002')).toEqual(['b|4|2026-11-24'])
    expect((await fieldsOf(allPatients)).sort()).toEqual(['b|4|2026-11-24', 'b|5|2026-11-25'])
  })

  test('asks the archiver for what the lake lacks, and waits for it', async () => {
    const world = await aRunningWorld()
    world.produce(1, 4)
    await world.apply()
    const told = await changesOf(world)
    const run = runBatch({ ...world.options, patienceMs: 60_000 })
    await vi.waitFor(() => expect(told).toContainEqual({ kind: 'lake-wanted', offsets: { 1: 7 } }))
    await world.archive()
    expect((await run).records).toBe(12)
  })

  test('does not wait for records that the log had deleted before anybody could take them', async () => {
    const world = await createBatchWorld()
    world.produce(0, 5)
    await world.apply()
    await world.archive()
    const [, idle] = await readPartitions(world.views, partitions)
    const fields = encodeProgress({ ...(idle as PartitionState), position: 40, from: 40 })
    await world.views.step([], [{ op: 'set', key: partitionKey(1), fields }])
    expect(await runBatch(world.options)).toMatchObject({ records: 5, missing: 0 })
  })

  test('leaves everything counting when the archiver does not come', async () => {
    const world = await aRunningWorld()
    await runBatch(world.options)
    world.produce(0, 3)
    await world.apply()
    const run = runBatch({ ...world.options, patienceMs: 100 })
    await expect(run).rejects.toThrow(/lacks 3 records .* csv-archiver/s)
    expect(await served(world)).toBe(11)
    world.produce(0, 1)
    await world.apply()
    expect(await served(world)).toBe(12)
    await world.archive()
    await runBatch(world.options)
    expect(await served(world)).toBe(12)
  })

  test('that is interrupted counts as failed, and everything goes on counting', async () => {
    const world = await aRunningWorld()
    world.produce(0, 1)
    await world.apply()
    const told = await changesOf(world)
    const interrupted = new AbortController()
    const run = runBatch({ ...world.options, patienceMs: 60_000, signal: interrupted.signal })
    await vi.waitFor(() => expect(told).toContainEqual({ kind: 'lake-wanted', offsets: { 0: 6 } }))
    interrupted.abort(new BatchFailed('interrupted'))
    await expect(run).rejects.toThrow('interrupted')
    expect((await readBatchView(world.views)).run).toMatchObject({ state: 'failed', message: 'interrupted' })
    expect(await served(world)).toBe(9)
  })

  test('reports from its beginning to its end', async () => {
    const world = await aRunningWorld()
    const told = await changesOf(world)
    await runBatch(world.options)
    const states = () =>
      told.flatMap((change) => (change.kind === 'batch-run' ? [[change.run.state, change.published]] : []))
    await vi.waitFor(() => expect(states().at(-1)).toEqual(['done', true]))
    expect(states()[0]).toEqual(['running', false])
    expect((await readBatchView(world.views)).run).toMatchObject({ state: 'done', rows: 2, records: 8 })
  })

  test('that is overtaken by a later one leaves that one standing', async () => {
    const world = await aRunningWorld()
    const runs = await Promise.all([runBatch(world.options), runBatch(world.options)])
    expect(runs.map(({ records }) => records)).toEqual([8, 8])
    expect((await readBatchView(world.views)).version).toBe(2)
    expect(await served(world)).toBe(8)
  })

  test('counts the days of its time zone', async () => {
    const world = await createBatchWorld('Pacific/Kiritimati')
    world.produce(0, 1)
    await world.apply()
    await world.archive()
    const { rows } = await runBatch(world.options)
    expect(rows.map(({ date }) => date)).toEqual(['2026-11-24', '2026-11-24'])
    expect((await readDailyRows(world.views, 'p001', partitions)).map(({ date }) => date)).toEqual(['2026-11-24'])
  })

  test('refuses to mix the days of two time zones', async () => {
    const world = await aRunningWorld()
    await expect(runBatch({ ...world.options, timeZone: 'Asia/Jakarta' })).rejects.toThrow(ConfigError)
    expect(await served(world)).toBe(8)
  })
})
