// From the moment before a reading is posted until a browser has it, through bridge, Kafka, speed layer, Redis and dashboard.
import { resultOf } from '../process.ts'
import { whileRunning } from './follow.ts'
import type { Bench, Figures, Work } from './work.ts'

export const latencyWork: Work = {
  name: 'latency',
  prepare: async (bench) => [
    { name: '1,000/s', run: () => sendAndWatch(bench, 1000) },
    { name: '10,000/s', run: () => sendAndWatch(bench, 10_000) },
  ],
}

/** One browser watches every patient. */
async function sendAndWatch({ system, sizes }: Bench, perSecond: number): Promise<Figures> {
  const topic = system.newTopic()
  const names = ['kafka-bridge', 'speed-layer', 'dashboard-server'] as const
  const services = names.map((name) => system.startService(name, topic))
  return whileRunning(services, async () => {
    await Promise.all(services.map((service) => service.ready()))
    const seconds = sizes.warmUpSeconds + sizes.liveSeconds
    const browser = system.startLoad(
      'watch',
      system.dashboard,
      1,
      0,
      perSecond * seconds,
      perSecond * sizes.warmUpSeconds,
    )
    await browser.said('READY')
    const before = services.map((service) => service.usage().cpuSeconds)
    const sender = system.startLoad('post-paced', system.ingest, perSecond, seconds, sizes.patients)
    return whileRunning([sender, browser], async () => {
      await resultOf(sender)
      const { missed = Number.NaN, readingP50, readingP99, readingP999 } = await resultOf(browser)
      const usages = services.map((service) => service.usage())
      return {
        missed,
        p50: readingP50 ?? Number.NaN,
        p99: readingP99 ?? Number.NaN,
        p999: readingP999 ?? Number.NaN,
        ...Object.fromEntries(names.map((name, i) => [`${name} peakBytes`, usages[i]?.peakBytes ?? Number.NaN])),
        ...Object.fromEntries(
          names.map((name, i) => [`${name} cores`, ((usages[i]?.cpuSeconds ?? 0) - (before[i] ?? 0)) / seconds]),
        ),
      }
    })
  })
}
