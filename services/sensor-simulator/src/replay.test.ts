import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createLogger } from '@health/runtime'
import { expect, onTestFinished, test, vi } from 'vitest'
import { openTestPublisher, startTestBroker } from './broker.fixture.ts'
import { replayTrace, retime } from './replay.ts'
import { checkTrace } from './trace.ts'

const sample = fileURLToPath(new URL('../../../data/samples/uom-2303.csv', import.meta.url))

/** Rows so many milliseconds after the first. */
async function aTrace(...offsets: number[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'replay-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const path = join(folder, 'trace.csv')
  const rows = offsets.map((ms, i) => `p001,cgm,${new Date(Date.UTC(2023, 9, 17) + ms).toISOString()},${100 + i},`)
  await writeFile(path, `patient_id,sensor_id,measured_at,glucose_mgdl,heart_rate_bpm\n${rows.join('\n')}\n`)
  return path
}

async function replay(path: string, speed: number, url: string, signal = new AbortController().signal) {
  const publisher = openTestPublisher(url)
  const trace = await checkTrace(path)
  await replayTrace({ path, trace, speed, publisher, logger: createLogger('silent'), now: Date.now }, signal)
}

const timesOf = (received: string[]) => received.map((text) => Date.parse(JSON.parse(text).measured_at))

test('at speed 0 every row of the sample arrives, in its order and with its own time', async () => {
  const broker = await startTestBroker()
  await replay(sample, 0, broker.url)
  expect(broker.received).toHaveLength(5960)
  expect(broker.received[0]).toBe(
    '{"patient_id":"uom-2303","sensor_id":"cgm","measured_at":"2023-10-17T00:03:00.000Z","glucose_mgdl":184,"heart_rate_bpm":93}',
  )
  expect(broker.received.at(-2)).toBe(
    '{"patient_id":"uom-2303","sensor_id":"cgm","measured_at":"2023-11-06T23:53:00.000Z","glucose_mgdl":88}',
  )
  const times = timesOf(broker.received)
  expect(times).toEqual(times.toSorted((a, b) => a - b))
})

test.each([
  [1, [0, 100, 250]],
  [10, [0, 1000, 2500]],
])('at speed %i the trace starts now and keeps its pace; no row is sent before its time', async (speed, offsets) => {
  const broker = await startTestBroker()
  const path = await aTrace(...offsets)
  const before = Date.now()
  await replay(path, speed, broker.url)
  const [first = 0, second = 0, third = 0] = timesOf(broker.received)
  expect(first).toBeGreaterThanOrEqual(before)
  expect([second - first, third - first]).toEqual([100, 250])
  expect(Date.now()).toBeGreaterThanOrEqual(third)
})

test('rows out of the order of time follow at once, in the file’s order', async () => {
  const broker = await startTestBroker()
  await replay(await aTrace(50, 0, 20), 1, broker.url)
  expect(broker.received.map((text) => JSON.parse(text).glucose_mgdl)).toEqual([100, 101, 102])
})

test('a broker that goes away in between costs no row', async () => {
  const broker = await startTestBroker()
  const done = replay(sample, 0, broker.url)
  await vi.waitFor(() => expect(broker.received.length).toBeGreaterThan(100))
  broker.cut()
  await done
  expect(new Set(broker.received).size).toBe(5960)
})

test('stopping ends the wait for a row’s time', async () => {
  const broker = await startTestBroker()
  const aborting = new AbortController()
  const done = replay(await aTrace(0, 86_400_000), 1, broker.url, aborting.signal)
  await vi.waitFor(() => expect(broker.received).toHaveLength(1))
  aborting.abort()
  await done
  expect(broker.received).toHaveLength(1)
})

test('times are shifted to start now, divided by the speed, and kept at speed 0', () => {
  expect(retime(5000, 1, 2000, 1_000_000)).toBe(1_003_000)
  expect(retime(5000, 300, 2000, 1_000_000)).toBe(1_000_010)
  expect(retime(5000, 0, 2000, 1_000_000)).toBe(5000)
})
