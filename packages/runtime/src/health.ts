// Health over HTTP: is the process sound, is it at work, and its metrics. For supervisors, people and Prometheus.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { monitorEventLoopDelay } from 'node:perf_hooks'

/** What can be asked of a process. */
export interface Health {
  /** Why the process must be restarted; `null` while it is sound. An outage elsewhere is no reason. */
  failure(): string | null
  /** What it waits for before it can work, in words for an operator; `null` when it is ready. */
  waitingFor(): string | null
  /** Prometheus's text format. */
  metrics(): Promise<string>
}

/** Answers a request, or hands it on. */
type HealthHandler = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void

/**
 * `GET /healthz` (200, or 503 with the failure), `GET /readyz` (200, or 503 with what is waited for), `GET /metrics`. For
 * Express too, but without it: a service that serves nothing else need not load it.
 */
export function createHealthHandler(health: Health): HealthHandler {
  return ({ method, url = '' }, response, next) => {
    if (method !== 'GET' && method !== 'HEAD') return next()
    const [path] = url.split('?')
    if (path === '/healthz') {
      const failure = health.failure()
      answer(response, failure === null, { healthy: failure === null, failure })
    } else if (path === '/readyz') {
      const waitingFor = health.waitingFor()
      answer(response, waitingFor === null, { ready: waitingFor === null, waiting_for: waitingFor })
    } else if (path === '/metrics') {
      health
        .metrics()
        .then((text) => response.writeHead(200, headers('text/plain; version=0.0.4; charset=utf-8')).end(text))
        .catch(next)
    } else next()
  }
}

const answer = (response: ServerResponse, isWell: boolean, body: object): void =>
  void response.writeHead(isWell ? 200 : 503, headers('application/json; charset=utf-8')).end(JSON.stringify(body))

const headers = (type: string) => ({
  'content-type': type,
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
})

const windowMs = 5_000
const longestBlockMs = 5_000

/** Watches the event loop; the answer names a block of five seconds or more in the last moments, `null` without one. */
export function watchEventLoop(): () => string | null {
  const delays = monitorEventLoopDelay({ resolution: 20 })
  delays.enable()
  let blockedMs = 0
  setInterval(() => {
    blockedMs = delays.max / 1e6
    delays.reset()
  }, windowMs).unref()
  return () => (blockedMs < longestBlockMs ? null : `the event loop was blocked for ${Math.round(blockedMs)} ms`)
}
