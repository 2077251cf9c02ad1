import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { startLive } from './live.ts'

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000_000 }))
afterEach(() => void vi.useRealTimers())

/** Sources that send their name and the time; a broker that can go away. */
function runLive({ patients = 2, intervalMs = 1000 } = {}) {
  const sent: { at: number; patient: number; measuredAt: number }[] = []
  const broker = { ready: true }
  const dropped = vi.fn()
  const fault = vi.fn()
  const info = vi.fn()
  const sources = Array.from({ length: patients }, (_, patient) => ({
    next: (measuredAt: number) => [{ payload: JSON.stringify({ patient, measuredAt }), fault: null }],
  }))
  const stop = startLive({
    sources,
    intervalMs,
    publisher: {
      isReady: () => broker.ready,
      waitingFor: () => (broker.ready ? null : 'the MQTT broker'),
      send: (payload) => void sent.push({ at: Date.now(), ...JSON.parse(payload) }),
    },
    metrics: { dropped, fault },
    logger: { info },
    now: Date.now,
  })
  return { sent, broker, dropped, info, stop }
}

test('each patient has a reading an interval, spread evenly over it, never of the future', () => {
  const { sent } = runLive()
  vi.advanceTimersByTime(10_000)
  expect(sent).toHaveLength(21)
  expect(sent.slice(0, 4).map(({ patient, measuredAt }) => [patient, measuredAt - 1_000_000_000])).toEqual([
    [0, 0],
    [1, 500],
    [0, 1000],
    [1, 1500],
  ])
  for (const { at, measuredAt } of sent) {
    expect(measuredAt).toBeLessThanOrEqual(at)
    expect(at - measuredAt).toBeLessThan(10)
  }
})

test('many patients do not flood: as many messages as there are readings', () => {
  const { sent } = runLive({ patients: 3000 })
  vi.advanceTimersByTime(1000)
  expect(sent.length).toBeGreaterThanOrEqual(2985)
  expect(sent.length).toBeLessThanOrEqual(3001)
})

test('life goes on while the broker is away: what is measured then is dropped, counted and told once', () => {
  const { sent, broker, dropped, info } = runLive()
  vi.advanceTimersByTime(1000)
  const before = sent.length
  broker.ready = false
  vi.advanceTimersByTime(2000)
  expect(sent).toHaveLength(before)
  expect(dropped).toHaveBeenCalledTimes(4)
  broker.ready = true
  vi.advanceTimersByTime(1000)
  expect(sent).toHaveLength(before + 2)
  expect(info.mock.calls).toEqual([[{ dropped: 4 }, expect.any(String)]])
})

test('after a sleep of the process it goes on with the current time and makes up for nothing', () => {
  const { sent } = runLive()
  vi.advanceTimersByTime(1000)
  const before = sent.length
  vi.setSystemTime(Date.now() + 3_600_000)
  vi.advanceTimersByTime(1000)
  const after = sent.slice(before)
  expect(after.length).toBeLessThanOrEqual(4)
  for (const { at, measuredAt } of after) expect(at - measuredAt).toBeLessThan(10)
})

test('stopped, it sends nothing more', () => {
  const { sent, stop } = runLive()
  vi.advanceTimersByTime(1000)
  const before = sent.length
  stop()
  vi.advanceTimersByTime(10_000)
  expect(sent).toHaveLength(before)
})
