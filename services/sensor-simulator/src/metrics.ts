// What the simulator counts.
import { Counter, Gauge, type Registry } from '@health/runtime'
import { type FaultKind, faultKinds } from './faults.ts'

export interface SimulatorMetrics {
  /** The broker has acknowledged a message. */
  published(): void
  fault(kind: FaultKind): void
  /** A message was not sent, because the broker was away or too slow. */
  dropped(): void
  /** How many messages wait for acknowledgement, asked whenever metrics are read. */
  unacknowledged: () => number
}

export function createSimulatorMetrics(registry: Registry): SimulatorMetrics {
  const registers = [registry]
  const published = new Counter({
    name: 'simulator_published_total',
    help: 'Messages that the MQTT broker has acknowledged.',
    registers,
  })
  const faults = new Counter({
    name: 'simulator_faults_total',
    help: 'Messages that were faulty on purpose, by kind.',
    labelNames: ['kind'],
    registers,
  })
  for (const kind of faultKinds) faults.inc({ kind }, 0)
  const dropped = new Counter({
    name: 'simulator_dropped_total',
    help: 'Messages of simulated patients that were not sent, because the broker was away or too slow.',
    registers,
  })
  const metrics: SimulatorMetrics = {
    published: () => published.inc(),
    fault: (kind) => faults.inc({ kind }),
    dropped: () => dropped.inc(),
    unacknowledged: () => 0,
  }
  new Gauge({
    name: 'simulator_unacknowledged',
    help: 'Messages sent that the MQTT broker has not acknowledged yet.',
    registers,
    collect() {
      this.set(metrics.unacknowledged())
    },
  })
  return metrics
}
