// For the tests of this service: views and a lake as the speed layer and the archiver leave them, record by record.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DailyRow, dailyRow } from '@health/api'
import { addReading, createDayOf, emptyDay, formatReading, type Reading } from '@health/domain'
import { beginLakeFile } from '@health/lake'
import { createLogger } from '@health/runtime'
import {
  allPatients,
  claimViews,
  daysKey,
  decodeDay,
  encodeDay,
  encodeProgress,
  openViews,
  partitionKey,
  readDays,
  readPartitions,
  slotField,
  type ViewStore,
} from '@health/views'
import { onTestFinished } from 'vitest'
import type { BatchOptions } from './run.ts'

export const topic = 'health_stream'
export const partitions = 2
export const morning = Date.UTC(2026, 10, 24, 8)
const patients = ['p001', 'p002'] as const

export interface BatchWorld {
  views: ViewStore
  lakeDir: string
  options: BatchOptions
  /** The next `n` records of a partition, each a valid reading of its own, go into the log. */
  produce(partition: number, n: number): void
  /** The speed layer applies all that was produced. */
  apply(): Promise<void>
  /** The archiver publishes all that was produced. */
  archive(): Promise<void>
}

/** An empty system; it is gone when the test has finished. */
export async function createBatchWorld(timeZone = 'UTC'): Promise<BatchWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'health-batch-test-'))
  const views = await openViews({ DATA_DIR: folder }, { logger: createLogger('silent') })
  onTestFinished(async () => {
    await views.close()
    rmSync(folder, { recursive: true })
  })
  const lakeDir = join(folder, 'lake')
  const dayOf = createDayOf(timeZone)
  const log: Reading[][] = Array.from({ length: partitions }, () => [])
  const archived = new Map<number, number>()
  const receivedAt = (partition: number, offset: number) => morning + offset * 60_000 + partition

  async function applyOne(partition: number, offset: number, reading: Reading): Promise<void> {
    const [state] = (await readPartitions(views, partitions)).slice(partition)
    if (state === undefined) return
    for (const id of [reading.patientId, allPatients]) {
      const field = slotField(partition, state.slot, dayOf(reading.measuredAt))
      const replies = await views.step([], [{ op: 'get', key: daysKey(id), fields: [field] }])
      const [stored] = replies ?? []
      const text = stored && 'fields' in stored ? stored.fields[field] : undefined
      const day = text === undefined ? emptyDay() : decodeDay(text)
      addReading(day, reading)
      await views.step([], [{ op: 'set', key: daysKey(id), fields: { [field]: encodeDay(day) } }])
    }
    const progress = { ...state, position: offset + 1, receivedAt: receivedAt(partition, offset) }
    await views.step([], [{ op: 'set', key: partitionKey(partition), fields: encodeProgress(progress) }])
  }

  return {
    views,
    lakeDir,
    options: { views, lakeDir, topic, partitions, timeZone, now: () => morning + 86_400_000, patienceMs: 300 },
    produce(partition, n) {
      for (let i = 0; i < n; i++) {
        const offset = log[partition]?.length ?? 0
        log[partition]?.push({
          patientId: patients[partition] ?? 'p001',
          sensorId: null,
          measuredAt: receivedAt(partition, offset) - 1000,
          glucoseMgdl: 100 + offset,
          heartRateBpm: 60 + offset,
          temperatureC: null,
        })
      }
    },
    async apply() {
      await claimViews(views, timeZone)
      for (const [partition, state] of (await readPartitions(views, partitions)).entries()) {
        for (const [offset, reading] of (log[partition] ?? []).entries()) {
          if (offset >= (state.position ?? 0)) await applyOne(partition, offset, reading)
        }
      }
    },
    async archive() {
      for (const [partition, readings] of log.entries()) {
        const from = archived.get(partition) ?? 0
        const records = readings
          .map((reading, offset) => ({ reading, offset }))
          .slice(from)
          .map(({ reading, offset }) => ({
            offset,
            key: null,
            value: Buffer.from(formatReading(reading)),
            receivedAt: receivedAt(partition, offset),
          }))
        const [first] = records
        if (first === undefined) continue
        const file = await beginLakeFile({ lakeDir, topic, partition, first })
        await file.append(records)
        await file.publish()
        archived.set(partition, readings.length)
      }
    },
  }
}

/** A patient's days as REST serves them. */
export const readDailyRows = async (views: ViewStore, patientId: string, count: number): Promise<DailyRow[]> =>
  (await readDays(views, patientId, count)).map(dailyRow)
