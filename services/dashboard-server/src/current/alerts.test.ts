import { aReading } from '@health/domain/testing'
import { expect, test, vi } from 'vitest'
import { connected, createTestSpeedLayer, heard, startTestDashboard } from '../dashboard.fixture.ts'

test('an alert is told when something of it changes, the farthest value too, and not else', async () => {
  const { url, store } = await startTestDashboard()
  const { apply } = createTestSpeedLayer(store)
  const socket = await connected(url)
  const [alerts, patients] = [heard(socket, 'alert'), heard(socket, 'patients')]
  const values = [65, 66, 60, 50]
  for (const [i, glucoseMgdl] of values.entries()) {
    await apply(aReading({ glucoseMgdl, measuredAt: Date.now() }))
    await vi.waitFor(() => expect(patients).toHaveLength(i + 1))
  }
  await vi.waitFor(() =>
    expect(alerts.map(({ worst, revision }) => [worst, revision])).toEqual([
      [65, 1],
      [60, 1],
      [50, 2],
    ]),
  )
})

test('a browser that comes later has the alert as it is by then', async () => {
  const { get, store } = await startTestDashboard()
  const { apply } = createTestSpeedLayer(store)
  for (const glucoseMgdl of [65, 60]) await apply({ glucoseMgdl })
  await vi.waitFor(async () => expect(await (await get('/api/alerts')).json()).toMatchObject([{ worst: 60 }]))
})
