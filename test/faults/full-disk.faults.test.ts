// The lake on a disk of 5 MB that fills up. Needs root, who alone may mount one.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { listLake } from '@health/lake'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { until } from '../e2e/until.ts'
import { createFaultSystem, type FaultSystem } from './fault-system.ts'
import { type Observer, observe, timesLogged } from './faults.fixture.ts'

describe('a full disk', () => {
  const disk = mkdtempSync(join(tmpdir(), 'health-disk-'))
  let system: FaultSystem
  let observer: Observer
  beforeAll(async () => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=5m', 'tmpfs', disk])
    system = await createFaultSystem({ LAKE_DIR: join(disk, 'lake') })
    await Promise.all([system.kafka, system.redis].map((part) => part.start()))
    await Promise.all(
      (['kafka-bridge', 'speed-layer-1', 'csv-archiver-1'] as const).map((name) => system.services[name].start()),
    )
    observer = await observe(system)
  })
  afterAll(async () => {
    await observer?.close()
    await system?.close()
    execFileSync('umount', [disk])
    rmSync(disk, { recursive: true })
  })

  test('under the archiver publishes no part of a file, is told in words, and loses nothing once there is space', async () => {
    const archiver = system.services['csv-archiver-1']
    await observer.send(200)
    await observer.lakeCaughtUp()
    const ballast = join(disk, 'ballast')
    const fill = () =>
      execFileSync('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=4096', 'status=none'], { stdio: 'ignore' })
    assert.throws(fill, 'the disk is full')
    const before = (await listLake(system.lakeDir)).files.length
    await observer.send(2000)
    await until(async () =>
      assert.match((await archiver.waitingFor()) ?? '', /the lake .* cannot be written: .*ENOSPC/),
    )
    await observer.viewsCaughtUp()
    expect((await listLake(system.lakeDir)).files).toHaveLength(before)
    expect(archiver.ownExits()).toBe(0)
    expect(timesLogged(archiver, 'The lake cannot be written')).toBeLessThanOrEqual(system.partitions)

    writeFileSync(ballast, '')
    await observer.lakeCaughtUp()
    await until(async () => assert.equal(await archiver.waitingFor(), null))
    await observer.expectNothingLostOrDoubled()
  })
})
