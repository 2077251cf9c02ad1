// What the speed layer costs as the system grows: with more partitions, patients, or instances that share the work. Each
// size drains a backlog, and then follows live readings.
import { fillBacklog } from '../data/backlog.ts'
import { drain } from './drain.ts'
import { followSpeedLayers } from './live.ts'
import type { Bench, Contender, Work } from './work.ts'

/** What does not grow has its middle size. */
const middle = { partitions: 6, patients: 200, instances: 1 }
type Growing = keyof typeof middle

const growthOf = (growing: Growing): Work => ({
  name: `growth-${growing}`,
  async prepare(bench) {
    const contenders: Contender[] = []
    for (const size of bench.sizes.growth[growing]) contenders.push(await contender(bench, growing, size))
    return contenders
  },
})

export const growthWorks: Work[] = [growthOf('partitions'), growthOf('patients'), growthOf('instances')]

async function contender({ system, sizes, say }: Bench, growing: Growing, size: number): Promise<Contender> {
  const { warmUpSeconds, liveSeconds } = sizes.growth
  // Instances need a while to join: so that they share the work, there must be more of it.
  const messages = growing === 'instances' ? sizes.backlog : sizes.growth.messages
  const group = { ...middle, [growing]: size }
  say(`filling a topic with ${messages.toLocaleString('en')} messages for ${size} ${growing}`)
  const backlog = await fillBacklog(system, { ...group, messages })
  return {
    name: `${size} ${growing}`,
    async run() {
      const drained = await drain(system, backlog, group.instances)
      await system.emptyRedis()
      const live = await followSpeedLayers(system, { ...group, warmUpSeconds, liveSeconds })
      return { ...live, ...drained, size }
    },
  }
}
