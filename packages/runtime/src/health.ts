// Health over HTTP: is the process sound, is it at work, and its metrics. For supervisors, people and Prometheus.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import express, { type Router } from 'express'

/** What can be asked of a process. */
export interface Health {
  /** Why the process must be restarted; `null` while it is sound. An outage elsewhere is no reason. */
  failure(): string | null
  /** What it waits for before it can work, in words for an operator; `null` when it is ready. */
  waitingFor(): string | null
  /** Prometheus's text format. */
  metrics(): Promise<string>
}

/**
 * `GET /healthz` (200, or 503 with the failure), `GET /readyz` (200, or 503 with what is waited for), `GET /metrics`.
 */
export function createHealthRouter(health: Health): Router {
  const router = express.Router()
  router.use(['/healthz', '/readyz', '/metrics'], (_request, response, next) => {
    response.set({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
    next()
  })
  router.get('/healthz', (_request, response) => {
    const failure = health.failure()
    response.status(failure === null ? 200 : 503).json({ healthy: failure === null, failure })
  })
  router.get('/readyz', (_request, response) => {
    const waitingFor = health.waitingFor()
    response.status(waitingFor === null ? 200 : 503).json({ ready: waitingFor === null, waiting_for: waitingFor })
  })
  router.get('/metrics', async (_request, response) => {
    const text = await health.metrics()
    response.type('text/plain; version=0.0.4; charset=utf-8').send(text)
  })
  return router
}

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
