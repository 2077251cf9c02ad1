// The page while each part in turn is away: it says what is wrong, since when and what to do, lets no old number pass for a
// new one, and recovers by itself with the gap filled.

import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { PipelineRow } from '@health/api'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { patience } from '../e2e/until.ts'
import { createFaultSystem, type FaultSystem } from './fault-system.ts'
import { post } from './faults.fixture.ts'
import { type SeenPage, seePage } from './page.fixture.ts'
import type { Part } from './part.ts'
import { startUploader, type Uploader } from './uploader.ts'

/** Small, so that values grow old and a dead archiver shows within seconds. */
const settings = { STALE_SECONDS: '6', ARCHIVE_ROLL_SECONDS: '1' }
const running = ['kafka-bridge', 'speed-layer-1', 'csv-archiver-1', 'batch-aggregator', 'dashboard-server'] as const
const everyone = ['p1', 'p2'] as const

const troubles = {
  views: { header: 'not live', says: /^Not live since .* views do not answer \(Redis at/, next: /up -d redis$/ },
  log: { header: 'not live', says: /^Not live since .* log does not answer \(Kafka/, next: /up -d kafka$/ },
  speedLayer: { header: 'not live', says: /^Not live since .* speed layer takes nothing/, next: /up -d speed-layer/ },
  behind: { header: 'behind', says: /^The pipeline is \d+ s behind/, next: /older than what the sensors measured/ },
  archiver: { header: 'live', says: /^The archiver saves nothing while .* Since/, next: /disk space\? docker compose/ },
  allSensors: { header: 'no new values', says: /^All 2 sensors have been silent/, next: /up -d kafka-bridge$/ },
  oneSensor: { header: 'live', says: /^p2’s sensor has been silent/, next: /Check the sensor/ },
  unreachable: { header: 'no connection', says: /^The dashboard server cannot be reached/, next: /docker compose up$/ },
  silentServer: { header: 'server silent', says: /^The dashboard server has said nothing/, next: /after 10 s/ },
  offline: { header: 'offline', says: /^This browser is offline/, next: /Check the network of this device/ },
}

describe('the page', () => {
  let system: FaultSystem
  let uploader: Uploader
  let page: SeenPage
  beforeAll(async () => {
    system = await createFaultSystem(settings)
    const parts = [system.kafka, system.redis, ...running.map((name) => system.services[name])]
    await Promise.all(parts.map((part) => part.start()))
    for (const name of running) {
      await vi.waitFor(async () => expect(await system.services[name].waitingFor()).toBeNull(), patience)
    }
    uploader = startUploader(system.ingest, everyone)
    page = await seePage(system.dashboard, everyone, uploader)
    await page.expectAllWell()
  })
  afterAll(async () => {
    uploader?.stop()
    await page?.close()
    await system?.close()
  })

  async function whileDead(part: Part, check: () => Promise<void>): Promise<void> {
    await part.kill()
    // What comes after must not fail for it too.
    await check().finally(() => part.start())
    await page.expectAllWell()
  }

  async function whileFrozen(part: Part, check: () => Promise<void>): Promise<void> {
    part.freeze()
    await check().finally(() => part.thaw())
    await page.expectAllWell()
  }

  test('Redis away, and the dashboard server restarted meanwhile: who was shown stays, and grows old', async () => {
    await whileDead(system.redis, async () => {
      await page.expectTrouble(troubles.views)
      await page.expectOld(...everyone)
      const server = system.services['dashboard-server']
      await server.kill()
      await server.start()
      await page.expectTrouble(troubles.views)
      await page.expectOld(...everyone)
    })
  })

  test('Redis frozen: it holds its connections and says nothing', async () => {
    await whileFrozen(system.redis, async () => {
      await page.expectTrouble(troubles.views)
      await page.expectOld(...everyone)
    })
  })

  test('Kafka away: what the uploader could not send fills the gap', async () => {
    await whileDead(system.kafka, async () => {
      await page.expectTrouble(troubles.log)
      await page.expectOld(...everyone)
    })
  })

  test('speed layer dead', async () => {
    await whileDead(system.services['speed-layer-1'], async () => {
      await page.expectTrouble(troubles.speedLayer)
      await page.expectOld(...everyone)
    })
  })

  test('bridge dead: no sensor is heard', async () => {
    await whileDead(system.services['kafka-bridge'], async () => {
      await page.expectOld(...everyone)
      await page.expectTrouble(troubles.allSensors)
    })
  })

  test('one sensor silent: the others go on', async () => {
    uploader.silence('p2')
    await page.expectTrouble(troubles.oneSensor)
    await page.expectOld('p2')
    await page.expectNew('p1')
    uploader.speaks('p2')
    await page.expectAllWell()
  })

  test('archiver dead: the live values go on', async () => {
    await whileDead(system.services['csv-archiver-1'], async () => {
      await page.expectTrouble(troubles.archiver)
      await page.expectNew(...everyone)
    })
  })

  test('a lake that can be neither written nor read: archiver and batch run say so, and both recover', async () => {
    const raw = join(system.lakeDir, 'raw')
    renameSync(raw, `${raw}.away`)
    writeFileSync(raw, '')
    await page.expectTrouble(troubles.archiver)
    await page.runBatch()
    await page.expectText('.batch-start', /The batch run of \d\d:\d\d:\d\d failed: .*lake/)
    await page.expectNew(...everyone)
    rmSync(raw)
    renameSync(`${raw}.away`, raw)
    await page.expectAllWell()
    await page.runBatch()
    await page.expectText('.daily', /computed \d\d:\d\d:\d\d/)
  })

  test('batch aggregator dead: whoever asks for a run is told', async () => {
    await whileDead(system.services['batch-aggregator'], async () => {
      await page.runBatch()
      await page.expectText('.batch-start', /is batch-aggregator running\? Or run: pnpm run batch/)
    })
  })

  test('the pipeline behind: told by how much, and no sensor is blamed', async () => {
    const speedLayer = system.services['speed-layer-1']
    await whileFrozen(speedLayer, async () => {
      const yesterday = Date.now() - 86_400_000
      const late = (n: number) => JSON.stringify({ patient_id: 'p1', measured_at: yesterday + n, glucose_mgdl: 100 })
      for (let sent = 0; sent < 20_000; sent += 10_000) {
        const lines = Array.from({ length: 10_000 }, (_, n) => late(sent + n))
        expect(await post(system.ingest, lines.join('\n'))).toBe(202)
      }
      // It gets on, but slowly.
      const told = new AbortController()
      const crawl = async () => {
        while (!told.signal.aborted) {
          speedLayer.thaw()
          await pause(20)
          speedLayer.freeze()
          await pause(480)
        }
      }
      await Promise.all([page.expectTrouble(troubles.behind).finally(() => told.abort()), crawl()])
    })
  })

  test('dashboard server dead: the page knows by itself; and what the next one first hears of is no traffic', async () => {
    await whileDead(system.services['dashboard-server'], async () => {
      await page.expectTrouble(troubles.unreachable)
      await page.expectOld(...everyone)
      await page.expectText('.pipeline', /as of \d\d:\d\d:\d\d/)
      await system.services['dashboard-server'].start()
      const rate = await vi.waitFor(async () => {
        const { log } = (await (await fetch(`${system.dashboard}/api/pipeline`)).json()) as PipelineRow
        expect(log.rate).toBeGreaterThan(0)
        return log.rate
      }, patience)
      expect(rate).toBeLessThan(100)
    })
  })

  test('dashboard server frozen: the line stands, and nothing is said', async () => {
    await whileFrozen(system.services['dashboard-server'], async () => {
      await page.expectTrouble(troubles.silentServer)
      await page.expectOld(...everyone)
    })
  })

  test('browser offline', async () => {
    await page.setOffline(true)
    await page.expectTrouble(troubles.offline)
    await page.expectOld(...everyone)
    await page.setOffline(false)
    await page.expectAllWell()
  })
})
