// A bridge for tests: on free ports, in front of a log in memory that can be held up and taken away.
import type { EventLog, NewRecord } from '@health/log'
import { LogUnavailable } from '@health/log'
import { accessSettings, createGate, createLogger, createMetrics, readConfig } from '@health/runtime'
import { onTestFinished, vi } from 'vitest'
import { z } from 'zod'
import { createAppender } from './appender.ts'
import { createIngestMetrics } from './ingest-metrics.ts'
import { createBytesInFlight } from './ingress/http/bytes-in-flight.ts'
import type { Ingress } from './ingress/ingress.ts'
import { serveIngress } from './service.ts'

export interface TestLog extends EventLog {
  /** What was appended, in order. */
  appended: NewRecord[]
  /** Appends wait until the answer is called. */
  hold(): () => void
  /** Appends fail with `error`; `null` ends that. */
  fail(error: Error | null): void
  closed: boolean
}

export const anOutage = () => new LogUnavailable('Kafka at 127.0.0.1:9092 does not answer.')

/** Writes calls in their order, as the port promises. */
export function createTestLog(): TestLog {
  let gate = Promise.resolve()
  let failure: Error | null = null
  const unused = () => Promise.reject(new Error('The bridge only appends.'))
  return {
    appended: [],
    closed: false,
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>()
      gate = promise
      return resolve
    },
    fail(error) {
      failure = error
    },
    async append(_topic, records) {
      await gate
      if (failure !== null) throw failure
      this.appended.push(...records)
    },
    async close() {
      this.closed = true
    },
    subscribe: unused,
    async ranges() {
      if (failure !== null) throw failure
      return []
    },
    committed: unused,
    hasMembers: unused,
    read: unused,
  }
}

/** What HTTP and MQTT share, without tokens: in front of `log`, holding up to `maxBytes`. */
export const anIngress = (log: EventLog, maxBytes: number): Ingress => ({
  gate: createGate({ HOST: '127.0.0.1' }, { logger: createLogger('silent'), now: Date.now }),
  appender: createAppender(log, 'health_stream', { onAppend: () => () => {}, onOutage() {}, onRecovery() {} }),
  bytesInFlight: createBytesInFlight(maxBytes),
  metrics: createIngestMetrics(createMetrics('kafka-bridge')),
  logger: createLogger('silent'),
  now: Date.now,
})

interface TestBridgeOptions {
  /** As in API_TOKENS. */
  tokens?: string
  /** The clock, epoch ms. */
  now?: () => number
}

/** A bridge that is stopped when the test ends. */
export async function startTestBridge<L extends EventLog = TestLog>(
  log: L,
  { tokens = '', now = Date.now }: TestBridgeOptions = {},
) {
  const logger = createLogger('silent')
  const warn = vi.spyOn(logger, 'warn')
  const metrics = createMetrics('kafka-bridge')
  const settings = {
    ...readConfig(z.object(accessSettings), { API_TOKENS: tokens }),
    HOST: '127.0.0.1',
    INGEST_PORT: 0,
    MQTT_PORT: 0,
    MQTT_TOPIC: 'health/data',
    KAFKA_TOPIC: 'health_stream',
  }
  const bridge = await serveIngress(log, settings, { logger, metrics, now })
  let stopping: Promise<void> | undefined
  const stop = () => {
    stopping ??= bridge.stop()
    return stopping
  }
  onTestFinished(stop)
  /** What was logged as a warning: the values of each line, and its sentence. */
  const warnings = () => warn.mock.calls as unknown[][]
  return { ...bridge, log, stop, metrics: () => metrics.metrics(), readings: urlOf(bridge.ingestPort), warnings }
}

const urlOf = (port: number) => `http://127.0.0.1:${port}/readings`

export const aMessage = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  patient_id: 'p001',
  sensor_id: 'cgm-001',
  measured_at: '2026-11-24T02:00:00.000Z',
  glucose_mgdl: 123.4,
  ...changes,
})

/** The records in the log as text, `key: value`. */
export const textsOf = (records: readonly NewRecord[]): string[] =>
  records.map(({ key, value }) => `${key}: ${Buffer.from(value).toString()}`)
