// How many readings a second the bridge takes and acknowledges, beside kafkajs alone producing the same records.
import { type Running, resultOf } from '../process.ts'
import { whileRunning } from './follow.ts'
import type { Bench, Figures, Work } from './work.ts'

const perRequest = 2000
const concurrent = 4
const mqttClients = 100
const inFlight = 20

export const ingressWork: Work = {
  name: 'ingress',
  async prepare(bench) {
    const { system, sizes } = bench
    const { ingest, mqttPort, broker } = system
    return [
      {
        name: 'http',
        run: () => load(bench, () => system.startLoad('post', ingest, sizes.ingress, perRequest, concurrent)),
      },
      {
        name: 'kafkajs',
        async run() {
          const topic = system.newTopic()
          await system.openTopic(topic)
          const { perSecond = Number.NaN } = await resultOf(
            system.startLoad('produce', broker, topic, sizes.ingress, perRequest, concurrent),
          )
          return { perSecond }
        },
      },
      {
        name: 'mqtt',
        run: () => load(bench, () => system.startLoad('publish', mqttPort, sizes.ingress, mqttClients, inFlight)),
      },
    ]
  },
}

async function load({ system, sizes }: Bench, start: () => Running): Promise<Figures> {
  const service = system.startService('kafka-bridge', system.newTopic())
  return whileRunning([service], async () => {
    await service.ready()
    const before = service.usage()
    const { perSecond = Number.NaN } = await resultOf(start())
    const { cpuSeconds, peakBytes } = service.usage()
    return { perSecond, cpuSecondsPerMessage: (cpuSeconds - before.cpuSeconds) / sizes.ingress, peakBytes }
  })
}
