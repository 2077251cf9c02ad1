// The services of one process: started one after the other, seen as one by health and signals, stopped newest first.
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import { type Health, watchEventLoop } from './health.ts'
import { createMetrics, renderMetrics } from './metrics.ts'
import type { Service, ServiceContext } from './service.ts'

export interface ServiceGroup extends Health {
  /** Starts a service with its own logger and metrics. Until it is started the group is not ready. */
  start<S extends Service>(name: string, start: (context: ServiceContext) => Promise<S>): Promise<S>
  /** Rejects when the first service cannot go on. */
  failed: Promise<never>
  /** Not ready from now on; stops the started services, newest first. Rejects with the errors after stopping all. */
  stop(): Promise<void>
}

/** An empty group. */
export function createServiceGroup(logger: Logger): ServiceGroup {
  const services = new Map<string, Service | 'starting'>()
  const registries: Registry[] = []
  const blocked = watchEventLoop()
  const failed = Promise.withResolvers<never>()
  // Whoever runs the group races against it; a failure before that must not count as unhandled.
  failed.promise.catch(() => {})
  let failure: string | null = null
  let stopping = false

  return {
    failed: failed.promise,
    failure: () => failure ?? blocked(),
    metrics: () => renderMetrics(registries),

    waitingFor() {
      if (stopping) return 'the process is stopping'
      const reasons = [...services].flatMap(([name, service]) => {
        const reason = service === 'starting' ? 'starting' : service.waitingFor()
        return reason === null ? [] : [services.size === 1 ? reason : `${name}: ${reason}`]
      })
      if (services.size === 0) return 'nothing is started yet'
      return reasons.length === 0 ? null : reasons.join('; ')
    },

    async start(name, start) {
      services.set(name, 'starting')
      const metrics = createMetrics(name)
      registries.push(metrics)
      const service = await start({ logger: logger.child({ service: name }), metrics, now: Date.now })
      services.set(name, service)
      service.failed?.catch((error: unknown) => {
        failure ??= `${name} cannot go on: ${error instanceof Error ? error.message : String(error)}`
        failed.reject(error)
      })
      return service
    },

    async stop() {
      stopping = true
      const errors: unknown[] = []
      for (const service of [...services.values()].reverse()) {
        if (service === 'starting') continue
        await service.stop().catch((error: unknown) => errors.push(error))
      }
      if (errors.length > 0) throw errors.length === 1 ? errors[0] : new AggregateError(errors, 'services did not stop')
    },
  }
}
