// What the whole pipeline promises, as tests: the same on the embedded backends and on Kafka and Redis.

import { readFileSync } from 'node:fs'
import { glob, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { DailyRow, PatientRow, PipelineRow } from '@health/api'
import { referenceFigures } from '@health/domain/testing'
import { connectAsync } from 'mqtt'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type ServiceName, type System, startSystem } from './processes.ts'
import { patience } from './until.ts'

const samples = resolve(import.meta.dirname, '../../data/samples')

/** A day of data/samples/uom-2303.daily-reference.json; figures that this project does not serve are not compared. */
interface ReferenceDay {
  date: string
  [figure: string]: number | string | null
}

/** Declares the tests on the system that `backend`'s settings make. */
export function describePipeline(name: string, backend: () => Record<string, string>): void {
  describe(`the pipeline on ${name}`, () => {
    let system: System
    beforeAll(async () => {
      system = await startSystem(backend())
    })
    afterAll(() => system.close())

    const get = async <T>(path: string): Promise<T> => {
      const answer = await fetch(`${system.dashboard}${path}`)
      expect(answer.status, path).toBe(200)
      return (await answer.json()) as T
    }
    const post = (body: unknown) =>
      fetch(`${system.ingest}/readings`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    const patient = async (id: string) =>
      (await get<PatientRow[]>('/api/patients')).find(({ patient_id }) => patient_id === id)
    const dailyOf = (id: string) => get<DailyRow[]>(`/api/patients/${id}/daily`)
    const lakeText = async () => {
      let text = ''
      for await (const file of glob(join(system.env['LAKE_DIR'] ?? '', 'raw/**/*.csv')))
        text += await readFile(file, 'utf8')
      return text
    }

    test('a message of the original Python sensor shows up as a patient, classified', async () => {
      const client = await connectAsync({
        host: '127.0.0.1',
        port: Number(system.env['MQTT_PORT']),
        reconnectPeriod: 0,
      })
      const message = {
        sensor_id: 'sensor_001',
        timestamp: Date.now() / 1000,
        heart_rate: 72,
        glucose_level: 260,
        temperature: 36.6,
      }
      await client.publishAsync('health/data', JSON.stringify(message), { qos: 1 })
      await client.endAsync()
      await vi.waitFor(
        async () =>
          expect(await patient('sensor_001')).toMatchObject({
            status: 'CRITICAL_HIGH',
            reasons: ['glucose_very_high'],
            stale: false,
            latest: { glucose_mgdl: 260, heart_rate_bpm: 72 },
          }),
        patience,
      )
    })

    test('an impossible heart rate is accepted, archived and dead-lettered, counted with its reason, and seen in no view', async () => {
      const before = (await get<PipelineRow>('/api/pipeline')).speed_layer.dropped.implausible_heart_rate ?? 0
      const answer = await post({ patient_id: 'x', measured_at: Date.now(), heart_rate_bpm: -5 })
      expect([answer.status, await answer.json()]).toEqual([202, { accepted: 1 }])
      await vi.waitFor(async () => {
        const { dropped } = (await get<PipelineRow>('/api/pipeline')).speed_layer
        expect(dropped.implausible_heart_rate).toBe(before + 1)
      }, patience)
      await vi.waitFor(async () => expect(await lakeText()).toMatch(/,x,,[^,]*,,-5,,/), patience)
      expect(await patient('x')).toBeUndefined()
      expect((await fetch(`${system.dashboard}/api/patients/x/live`)).status).toBe(404)
    })

    test('21 days of real readings come to the published figures, through restarts of every service', async () => {
      const trace = { SIM_TRACE: join(samples, 'uom-2303.csv'), SIM_TRACE_SPEED: '0' }
      await system.start('sensor-simulator', trace)
      const restarted: ServiceName[] = [
        'speed-layer',
        'csv-archiver',
        'kafka-bridge',
        'dashboard-server',
        'batch-aggregator',
      ]
      for (const service of restarted) {
        await system.stop(service)
        await system.start(service)
      }
      await vi.waitFor(async () => {
        const days = await dailyOf('uom-2303')
        expect(days.reduce((sum, day) => sum + day.valid_records, 0)).toBe(rowsOfTrace)
      }, patience)

      const live = await dailyOf('uom-2303')
      compare(live)
      const run = await system.run('batch.ts', '--json')
      expect(run.stderr + run.stdout, 'the batch run').toSatisfy(() => run.code === 0)
      const { days } = JSON.parse(run.stdout) as { days: (DailyRow & { patient_id: string })[] }
      compare(days.filter(({ patient_id }) => patient_id === 'uom-2303'))
      const served = await dailyOf('uom-2303')
      compare(served)
      expect(served.every(({ computed_at, provisional }) => computed_at !== null && !provisional)).toBe(true)
    })

    test('a reading after a batch run shows in the served day at once', async () => {
      const at = Date.now()
      const counts = async () => (await dailyOf('after-run')).map(({ glucose_mgdl }) => glucose_mgdl.count)
      await post({ patient_id: 'after-run', measured_at: at, glucose_mgdl: 100 })
      await vi.waitFor(async () => expect(await patient('after-run')).toBeDefined(), patience)
      expect((await system.run('batch.ts', '--json')).code).toBe(0)
      expect(await counts()).toEqual([1])
      // Sent again, it counts once; another one counts.
      await post([
        { patient_id: 'after-run', measured_at: at, glucose_mgdl: 100 },
        { patient_id: 'after-run', measured_at: at + 1, glucose_mgdl: 200 },
      ])
      await vi.waitFor(async () => expect(await counts()).toEqual([2]), patience)
      expect(await dailyOf('after-run')).toMatchObject([
        { glucose_mgdl: { avg: 150, min: 100, max: 200 }, duplicate_records: 1, total_records: 3 },
      ])
    })

    test('kill -9 of every service in turn loses nothing and counts nothing twice', async () => {
      const total = 200
      const killed: ServiceName[] = ['speed-layer', 'csv-archiver', 'kafka-bridge', 'dashboard-server']
      for (const [i, service] of killed.entries()) {
        const newest = Date.now() - i * 60_000
        const share = Array.from({ length: total / killed.length }, (_, n) => ({
          patient_id: 'survivor',
          measured_at: newest - n,
          glucose_mgdl: 100 + n,
        }))
        expect((await post(share)).status).toBe(202)
        await system.stop(service, 'SIGKILL')
        await system.start(service)
      }
      await vi.waitFor(
        async () => expect((await dailyOf('survivor')).reduce((sum, day) => sum + day.valid_records, 0)).toBe(total),
        patience,
      )
      expect((await system.run('batch.ts', '--json')).code).toBe(0)
      expect((await dailyOf('survivor')).reduce((sum, day) => sum + day.total_records, 0)).toBe(total)
      const offsets = (await lakeText()).split('\n').filter((row) => row.includes(',survivor,'))
      expect(offsets).toHaveLength(total)
      expect(new Set(offsets.map((row) => row.split(',', 2).join())).size).toBe(total)
    })
  })
}

const reference: ReferenceDay[] = JSON.parse(readFileSync(join(samples, 'uom-2303.daily-reference.json'), 'utf8'))
const rowsOfTrace = readFileSync(join(samples, 'uom-2303.csv'), 'utf8').trim().split('\n').length - 1

/** R iglu's figures of glucose, pandas' of heart rate, to 1e-6. */
function compare(days: readonly DailyRow[]): void {
  expect(days.map(({ date }) => date)).toEqual(reference.map(({ date }) => date))
  for (const [i, day] of days.entries()) {
    const expected = reference[i]
    const figures = referenceFigures(day.glucose_mgdl, day.heart_rate_bpm)
    for (const [name, value] of Object.entries(figures)) {
      const wanted = expected?.[name]
      if (typeof wanted === 'number')
        expect(Math.abs((value ?? Number.NaN) - wanted), `${day.date} ${name}`).toBeLessThan(1e-6)
      else expect(value, `${day.date} ${name}`).toBe(wanted)
    }
  }
}
