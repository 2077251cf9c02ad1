// The live window in the views: what is served of the last ten minutes and 24 hours is what was measured in them.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  fieldsOf,
  minuteMs,
  minutesKey,
  minuteWindowMs,
  openViews,
  readingBlockMs,
  readingWindowMs,
  readMinutes,
  readReadings,
  type ViewStore,
} from '@health/views'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { createBatchApplier } from './apply-batches.ts'
import { aLogRecord, rules } from './speed-layer.fixture.ts'

const start = Date.UTC(2026, 10, 24)
const hourMs = 3_600_000

/** A time near the others, or hours away, so that windows move and late readings come. */
const time = fc.oneof(fc.nat(2 * readingWindowMs), fc.nat(30 * hourMs)).map((ms) => start + ms)
const readings = fc.uniqueArray(fc.record({ measuredAt: time, glucose: fc.integer({ min: 40, max: 400 }) }), {
  selector: ({ measuredAt }) => measuredAt,
  minLength: 1,
  maxLength: 60,
})

test('the windows hold every reading measured in them, in whatever order and batches it came', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'live-window-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const store = await openViews({ DATA_DIR: folder }, { logger: silent })
  await fc.assert(
    fc.asyncProperty(readings, fc.array(ending), async (sent, endings) => {
      await store.clear()
      await applyAll(store, sent, endings)
      const newest = Math.max(...sent.map(({ measuredAt }) => measuredAt))

      const firstReading = Math.floor((newest - readingWindowMs) / readingBlockMs) * readingBlockMs
      const inWindow = sent.filter(({ measuredAt }) => measuredAt >= firstReading)
      const served = await readReadings(store, [0], 'p001', firstReading - 2 * readingWindowMs, newest)
      expect(served.map(({ measuredAt, glucoseMgdl }) => [measuredAt, glucoseMgdl])).toEqual(
        inWindow.map(({ measuredAt, glucose }) => [measuredAt, glucose]).sort(([a = 0], [b = 0]) => a - b),
      )

      const firstMinute = Math.floor((newest - minuteWindowMs) / minuteMs) * minuteMs
      const minutes = Map.groupBy(
        sent.filter(({ measuredAt }) => measuredAt >= firstMinute),
        ({ measuredAt }) => measuredAt - (measuredAt % minuteMs),
      )
      const servedMinutes = await readMinutes(store, [0], 'p001', firstMinute, newest)
      expect(servedMinutes.map(([minute, { glucoseMgdl }]) => [minute, glucoseMgdl])).toEqual(
        [...minutes].sort(([a], [b]) => a - b).map(([minute, held]) => [minute, spreadOf(held.map((r) => r.glucose))]),
      )

      const [stored] = (await store.step([], [{ op: 'getAll', key: minutesKey(0, 'p001') }])) ?? []
      expect(Object.keys(fieldsOf(stored)), 'what has left the windows is removed').toHaveLength(minutes.size)
      const blocks = new Set(inWindow.map(({ measuredAt }) => Math.floor(measuredAt / readingBlockMs)))
      expect(await store.keys('readings:')).toHaveLength(blocks.size)
    }),
  )
  await store.close()
})

/** What comes behind a batch: more that is written together with it, more that is not, or an applier that starts afresh. */
const ending = fc.constantFrom('goes on', 'is stored', 'starts afresh')

/** Applies in batches that end where `endings` has an entry. */
async function applyAll(
  store: ViewStore,
  sent: readonly { measuredAt: number; glucose: number }[],
  endings: readonly string[],
): Promise<void> {
  const newApplier = () =>
    createBatchApplier({
      store,
      topic: 'readings',
      rules,
      bury: async () => {},
      now: () => start,
      onApplied: () => {},
    })
  const records = sent.map(({ measuredAt, glucose }, offset) =>
    aLogRecord(offset, { patient_id: 'p001', measured_at: measuredAt, glucose_mgdl: glucose }, start + 40 * hourMs),
  )
  let applier = newApplier()
  await applier.open(0)
  await applier.skipTo(0, 0)
  const size = Math.ceil(records.length / (endings.length + 1))
  for (let from = 0; from < records.length; from += size) {
    const end = Math.min(from + size, records.length)
    const isLast = end === records.length || endings[from / size] !== 'goes on'
    await applier.apply({ partition: 0, records: records.slice(from, end), end: isLast ? end : records.length })
    if (endings[from / size] === 'starts afresh') {
      applier = newApplier()
      await applier.open(0)
    }
  }
}

const spreadOf = (values: number[]) => ({
  count: values.length,
  sum: values.reduce((sum, value) => sum + value, 0),
  min: Math.min(...values),
  max: Math.max(...values),
})

const silent = { info: () => {}, warn: () => {}, error: () => {} } as never
