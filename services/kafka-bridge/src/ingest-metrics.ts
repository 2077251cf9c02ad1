// What the bridge counts and measures.
import { Counter, Histogram, type Refusal, type Registry } from '@health/runtime'

export type Transport = 'http' | 'mqtt'

/** Why the bridge did not take something in; counted once per request, MQTT connection, message or subscription. */
export type RefusalReason =
  | Refusal
  | 'aborted'
  | 'alert_action'
  | 'invalid'
  | 'log_unavailable'
  | 'media_type'
  | 'origin'
  | 'overloaded'
  | 'stopping'
  | 'subscription'
  | 'too_large'
  | 'topic'

export interface IngestMetrics {
  accepted(transport: Transport, records: number): void
  refused(transport: Transport, reason: RefusalReason): void
  /** Starts timing an append; the answer ends it. */
  timeAppend(): () => void
}

/** Registers the metrics in `registry`. */
export function createIngestMetrics(registry: Registry): IngestMetrics {
  const registers = [registry]
  const accepted = new Counter({
    name: 'ingest_records_accepted_total',
    help: 'Records that the log acknowledged.',
    labelNames: ['transport'],
    registers,
  })
  const refused = new Counter({
    name: 'ingest_refused_total',
    help: 'Requests, connections, messages and subscriptions that were refused.',
    labelNames: ['transport', 'reason'],
    registers,
  })
  const appendSeconds = new Histogram({
    name: 'ingest_append_seconds',
    help: 'Time from handing records to the log until it acknowledged or refused them.',
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30],
    registers,
  })
  return {
    accepted: (transport, records) => accepted.inc({ transport }, records),
    refused: (transport, reason) => refused.inc({ transport, reason }),
    timeAppend: () => appendSeconds.startTimer(),
  }
}
