import { encodeProgress, partitionKey, readBatchView, readPartitions } from '@health/views'
import { describe, expect, test } from 'vitest'
import { createBatchWorld, partitions } from './batch.fixture.ts'
import { BatchFailed } from './batch-failed.ts'
import { runBatch } from './run.ts'

describe('a batch run that has nothing to work on', () => {
  test('says that the lake is empty, where, and what to start', async () => {
    const world = await createBatchWorld()
    const failure = await runBatch(world.options).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(BatchFailed)
    expect(failure).toHaveProperty('message', expect.stringContaining(world.lakeDir))
    expect(failure).toHaveProperty('message', expect.stringMatching(/pnpm demo.*docker compose up/s))
    expect((await readBatchView(world.views)).run?.state).toBe('failed')
  })

  test('says so too while the speed layer waits for the first record', async () => {
    const world = await createBatchWorld()
    await world.apply()
    for (const [partition, state] of (await readPartitions(world.views, partitions)).entries()) {
      const fields = encodeProgress({ ...state, position: 0 })
      await world.views.step([], [{ op: 'set', key: partitionKey(partition), fields }])
    }
    await expect(runBatch(world.options)).rejects.toThrow('There are no records in')
  })

  test('says that the speed layer has applied nothing, though the lake has records', async () => {
    const world = await createBatchWorld()
    world.produce(0, 1)
    await world.archive()
    await expect(runBatch(world.options)).rejects.toThrow('the speed layer has not applied any')
  })
})
