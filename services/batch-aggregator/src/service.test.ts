import { createLogger, createMetrics } from '@health/runtime'
import { readBatchView, reportRun, tellViews } from '@health/views'
import { expect, onTestFinished, test, vi } from 'vitest'
import { type BatchWorld, createBatchWorld, morning } from './batch.fixture.ts'
import { serveRuns } from './service.ts'

const context = { logger: createLogger('silent'), metrics: createMetrics('batch-aggregator'), now: () => morning }

async function aServedWorld(): Promise<BatchWorld> {
  const world = await createBatchWorld()
  // The service closes the views that it was given, before the world does so again.
  const service = await serveRuns(world.options, context)
  onTestFinished(() => service.stop())
  return world
}

const stateOf = async ({ views }: BatchWorld) => (await readBatchView(views)).run?.state

test('a run begins when somebody asks for it', async () => {
  const world = await aServedWorld()
  world.produce(0, 2)
  await world.apply()
  await world.archive()
  await tellViews(world.views, { kind: 'batch-wanted' })
  await vi.waitFor(async () => expect(await stateOf(world)).toBe('done'))
})

test('a failed run is told, and the next one can succeed', async () => {
  const world = await aServedWorld()
  await tellViews(world.views, { kind: 'batch-wanted' })
  await vi.waitFor(async () => expect(await stateOf(world)).toBe('failed'))
  world.produce(0, 2)
  await world.apply()
  await world.archive()
  await tellViews(world.views, { kind: 'batch-wanted' })
  await vi.waitFor(async () => expect(await stateOf(world)).toBe('done'))
})

test('those who ask while a run is under way get one more', async () => {
  const world = await aServedWorld()
  world.produce(0, 1)
  await world.apply()
  await world.archive()
  await Promise.all([1, 2, 3].map(() => tellViews(world.views, { kind: 'batch-wanted' })))
  await vi.waitFor(async () => expect((await readBatchView(world.views)).version).toBeGreaterThan(0))
  await vi.waitFor(async () => expect(await stateOf(world)).toBe('done'))
  expect((await readBatchView(world.views)).version).toBeLessThanOrEqual(2)
})

test('a run whose process was killed is marked as failed', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const world = await createBatchWorld()
  const startedAt = morning
  await reportRun(world.views, {
    state: 'running',
    startedAt,
    message: '',
    computedAt: null,
    rows: null,
    records: null,
  })
  const service = await serveRuns(world.options, context)
  onTestFinished(() => service.stop())
  await vi.advanceTimersByTimeAsync(60_000)
  expect((await readBatchView(world.views)).run).toMatchObject({ state: 'failed', startedAt })
})
