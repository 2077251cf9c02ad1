// Speed layers under test: one, or several of one group that share a topic's partitions.
import type { Running } from '../process.ts'
import type { BenchSystem, RunningService } from '../system.ts'
import type { Usage } from '../usage.ts'

export interface GroupSize {
  partitions: number
  instances: number
}

/** Starts them, and does not wait for them. */
export function startSpeedLayers(
  system: BenchSystem,
  topic: string,
  { partitions, instances }: GroupSize,
): RunningService[] {
  const settings = { KAFKA_PARTITIONS: String(partitions) }
  return Array.from({ length: instances }, (_, n) => {
    const port = system.sparePorts[n - 1]
    return system.startService('speed-layer', topic, {
      ...settings,
      ...(port !== undefined && { METRICS_PORT: String(port) }),
    })
  })
}

/** What all of them cost together. */
export function usageOf(services: readonly Running[]): Usage {
  const usages = services.map((service) => service.usage())
  const total = (figure: keyof Usage) => usages.reduce((sum, usage) => sum + usage[figure], 0)
  return { cpuSeconds: total('cpuSeconds'), peakBytes: total('peakBytes'), bytes: total('bytes') }
}

/** What Redis has cost until now: its processor time, and what it holds. */
export async function redisUsage({ redis }: BenchSystem): Promise<Omit<Usage, 'peakBytes'>> {
  const info = await redis.info('everything')
  const figure = (name: string) => Number(new RegExp(`^${name}:(.*)$`, 'm').exec(info)?.[1])
  return { cpuSeconds: figure('used_cpu_user') + figure('used_cpu_sys'), bytes: figure('used_memory') }
}
