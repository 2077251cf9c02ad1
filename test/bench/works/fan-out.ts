// A thousand patients send once a second, and very many browsers are told: how late, and at what cost?
import { type Running, resultOf } from '../process.ts'
import { whileRunning } from './follow.ts'
import type { Bench, Figures, Work } from './work.ts'

/** Real clients that measure, beside those that only hold a socket. */
const measuring = 20

export const fanOutWork: Work = {
  name: 'fan-out',
  prepare: async (bench) => [
    { name: 'few sockets', run: () => tellMany(bench, bench.sizes.fewSockets) },
    { name: 'many sockets', run: () => tellMany(bench, bench.sizes.manySockets) },
  ],
}

async function tellMany({ system, sizes }: Bench, sockets: number): Promise<Figures> {
  const topic = system.newTopic()
  const names = ['kafka-bridge', 'speed-layer', 'dashboard-server'] as const
  const services = names.map((name) => system.startService(name, topic))
  const [, , dashboard] = services
  return whileRunning(services, async () => {
    await Promise.all(services.map((service) => service.ready()))
    const { fanOutPatients: patients } = sizes
    const seconds = sizes.warmUpSeconds + sizes.liveSeconds
    const holder = system.startLoad('hold', system.dashboard, sockets - measuring, patients)
    const connectSeconds = Number(await holder.said('READY'))
    const [all, warmUp] = [measuring * seconds, measuring * sizes.warmUpSeconds]
    const browsers = system.startLoad('watch', system.dashboard, measuring, patients, all, warmUp)
    await browsers.said('READY')
    const loads = [holder, browsers]
    const loadBefore = cpuSecondsOf(loads)
    const before = dashboard?.usage()
    const sender = system.startLoad('post-paced', system.ingest, patients, seconds, patients)
    return whileRunning([sender, browsers, holder], async () => {
      await resultOf(sender)
      const seen = await resultOf(browsers)
      const after = dashboard?.usage()
      const loadCores = (cpuSecondsOf(loads) - loadBefore) / seconds
      const held = resultOf(holder)
      await holder.stop()
      return {
        open: ((await held)['open'] ?? Number.NaN) + measuring,
        connectSeconds,
        ...seen,
        cores: ((after?.cpuSeconds ?? Number.NaN) - (before?.cpuSeconds ?? Number.NaN)) / seconds,
        loadCores,
        peakBytes: after?.peakBytes ?? Number.NaN,
        grownBytes: (after?.bytes ?? Number.NaN) - (before?.bytes ?? Number.NaN),
      }
    })
  })
}

const cpuSecondsOf = (processes: readonly Running[]): number =>
  processes.reduce((sum, running) => sum + running.usage().cpuSeconds, 0)
