// For the tests of single faults: a running system, readings that are acknowledged, and what must hold in the end.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { lakeCoverage } from '@health/lake'
import { type EventLog, logSettings, openLog } from '@health/log'
import { createLogger, readConfig } from '@health/runtime'
import { openViews, readPartitions, type ViewStore } from '@health/views'
import { expect } from 'vitest'
import { z } from 'zod'
import { until } from '../e2e/until.ts'
import { compareDays, compareLake, compareViews, daysInViews } from './compare.ts'
import type { FaultSystem } from './fault-system.ts'
import type { Part } from './part.ts'
import { readWholeLog } from './read-log.ts'
import { withReplay } from './replay.ts'

export interface Observer {
  log: EventLog
  views: ViewStore
  /** Sends `count` readings of many patients by HTTP, until each is acknowledged. */
  send(count: number): Promise<void>
  /** Every record of the log is in the views. */
  viewsCaughtUp(): Promise<void>
  /** Every record of the log is in the lake. */
  lakeCaughtUp(): Promise<void>
  /** The lake has each record of the log once, and the views are those of a replay. */
  expectNothingLostOrDoubled(): Promise<void>
  /** Every day is the recount of the log's records. */
  expectDaysExact(): Promise<void>
  close(): Promise<void>
}

/** Looks at a system from outside, on connections of its own. Log and views may be away. */
export async function observe({ env, topic, partitions, lakeDir, ingest }: FaultSystem): Promise<Observer> {
  const logger = createLogger('silent')
  const log = await openLog(readConfig(z.object(logSettings), env), { logger, clientId: 'fault-test' })
  const views = await openViews({ REDIS_URL: env['REDIS_URL'], DATA_DIR: env['DATA_DIR'] ?? '' }, { logger })
  let sent = 0
  const ends = async () => (await log.ranges(topic)).map(({ end }) => end)

  const viewsCaughtUp = () =>
    until(async () => {
      const positions = (await readPartitions(views, partitions)).map(({ position }) => position)
      assert.deepEqual(positions, await ends())
    })
  const lakeCaughtUp = () =>
    until(async () => {
      const coverage = await lakeCoverage(lakeDir, topic)
      const expected = await ends()
      assert.deepEqual(
        expected.map((_, partition) => coverage.get(partition)?.nextOffset ?? 0),
        expected,
      )
    })

  return {
    log,
    views,
    async send(count) {
      const from = Date.now() - 60_000
      const lines = Array.from({ length: count }, () => {
        const n = sent++
        const status = { glucose_mgdl: 40 + ((n * 7) % 260), heart_rate_bpm: n % 50 === 0 ? -5 : 72 }
        return JSON.stringify({ patient_id: `p${n % 20}`, measured_at: from + n, ...status })
      })
      await until(async () => assert.equal(await post(ingest, lines.join('\n')), 202))
    },
    viewsCaughtUp,
    lakeCaughtUp,
    async expectNothingLostOrDoubled() {
      await viewsCaughtUp()
      await lakeCaughtUp()
      const whole = await readWholeLog(log, topic)
      expect(whole.flat().length).toBeGreaterThanOrEqual(sent)
      expect(await compareLake(lakeDir, whole)).toEqual({ lost: [], duplicated: [], changed: [] })
      expect(await withReplay(whole, (replayed) => compareViews(views, replayed, partitions))).toEqual([])
    },
    async expectDaysExact() {
      await viewsCaughtUp()
      const whole = await readWholeLog(log, topic)
      const { differences } = await compareDays(daysInViews(views, partitions), whole, 'compared')
      expect(differences).toEqual([])
    },
    async close() {
      await Promise.all([log.close(), views.close()])
    },
  }
}

/** One request with NDJSON; its status, 0 when there was no answer. */
export async function post(ingest: string, body: string): Promise<number> {
  const headers = { 'content-type': 'application/x-ndjson' }
  const request = { method: 'POST', headers, body, signal: AbortSignal.timeout(20_000) }
  return fetch(`${ingest}/readings`, request).then(
    (answer) => answer.status,
    () => 0,
  )
}

/** How often a part has logged something. */
export const timesLogged = ({ logFile }: Part, text: string | RegExp): number =>
  readFileSync(logFile, 'utf8')
    .split('\n')
    .filter((line) => line.search(text) !== -1).length

/** Resident memory of a service, in MB. */
export async function memoryOf({ health }: { health: string }): Promise<number> {
  const metrics = await (await fetch(`${health}/metrics`)).text()
  return Number(/^process_resident_memory_bytes(?:\{.*\})? (\S+)/m.exec(metrics)?.[1]) / 2 ** 20
}
