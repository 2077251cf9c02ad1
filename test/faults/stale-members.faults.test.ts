// Members that were stopped, lost their partitions to others, and come back as if nothing had been; and batch runs killed
// at any moment.
import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runScript } from '../e2e/processes.ts'
import { until } from '../e2e/until.ts'
import { createFaultSystem, type FaultSystem, type ServicePartName } from './fault-system.ts'
import { type Observer, observe } from './faults.fixture.ts'

/** Longer than the session time-out of 6 s, after which Kafka gives the partitions to others. */
const stoppedMs = 10_000

describe('stale members', () => {
  let system: FaultSystem
  let observer: Observer
  beforeAll(async () => {
    system = await createFaultSystem()
    await system.startAll()
    observer = await observe(system)
    await system.allReady()
  })
  afterAll(async () => {
    await observer?.close()
    await system?.close()
  })

  /** Readings keep coming until `done`, some of them while the process to be stopped has taken, but not written, records. */
  async function sendWhile(done: Promise<unknown>): Promise<void> {
    let isDone = false
    const noted = done.then(() => {
      isDone = true
    })
    while (!isDone) {
      await observer.send(20)
      await pause(50)
    }
    await noted
  }

  async function stopAndContinue(name: ServicePartName): Promise<void> {
    await pause(1000)
    system.services[name].freeze()
    await pause(stoppedMs)
    system.services[name].thaw()
    await pause(2000)
  }

  test.each(['csv-archiver-1', 'csv-archiver-2'] as const)(
    'the archiver %s, stopped for 10 s beside another one and continued, writes nothing twice',
    async (name) => {
      await sendWhile(stopAndContinue(name))
      await observer.expectNothingLostOrDoubled()
      expect(system.services[name].ownExits()).toBe(0)
      await until(async () => assert.equal(await system.services[name].waitingFor(), null))
    },
  )

  test.each(['speed-layer-1', 'speed-layer-2'] as const)(
    'the speed layer %s, continued after its partitions went to another one, changes no view',
    async (name) => {
      await sendWhile(stopAndContinue(name))
      await observer.expectNothingLostOrDoubled()
      await observer.expectDaysExact()
      expect(system.services[name].ownExits()).toBe(0)
    },
  )

  test('a batch run killed at any moment leaves every day exact, and the next one succeeds', async () => {
    await observer.send(2000)
    await observer.viewsCaughtUp()
    for (let afterMs = 250; afterMs <= 1750; afterMs += 125) {
      const killed = new AbortController()
      const run = runScript('batch.ts', ['--json'], system.env, killed.signal)
      await pause(afterMs)
      killed.abort()
      await run
      await observer.send(20)
      await observer.expectDaysExact()
    }
    const run = await runScript('batch.ts', ['--json'], system.env)
    expect(run, run.stderr).toMatchObject({ code: 0 })
    await observer.expectDaysExact()
  })
})
