// Metrics: one Prometheus registry per service, rendered together.
import { AggregatorRegistry, collectDefaultMetrics, Registry } from 'prom-client'

export { Counter, Gauge, Histogram, Registry } from 'prom-client'

/** A registry whose metrics all carry the label `service`. */
export function createMetrics(service: string): Registry {
  const registry = new Registry()
  registry.setDefaultLabels({ service })
  return registry
}

/**
 * The metrics of the process and of its services in Prometheus's text format. Services may use the same metric names:
 * their label keeps them apart.
 */
export async function renderMetrics(services: readonly Registry[]): Promise<string> {
  const values = await Promise.all(services.map((registry) => registry.getMetricsAsJSON()))
  const texts = [processMetrics(), AggregatorRegistry.aggregate(values)].map((registry) => registry.metrics())
  return (await Promise.all(texts)).join('\n')
}

let ofThisProcess: Registry | undefined

/** Memory, CPU, event loop and garbage collection: collected once, however many services the process runs. */
function processMetrics(): Registry {
  if (ofThisProcess === undefined) {
    ofThisProcess = new Registry()
    collectDefaultMetrics({ register: ofThisProcess })
  }
  return ofThisProcess
}
