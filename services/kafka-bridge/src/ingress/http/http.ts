// Readings by HTTP: `POST /readings` answers 202 only once the log has every one of them, and asks for a token before.
import type { Server } from 'node:http'
import { bearerSecret, createServer, refuse, sendProblem } from '@health/runtime'
import express, { type ErrorRequestHandler, type Express, type Request, type Response } from 'express'
import type { Ingress } from '../ingress.ts'
import type { HeldBytes } from './bytes-in-flight.ts'
import { problems } from './problem.ts'
import { discardBody, readBody } from './read-body.ts'
import { type BodyFormat, type ReadingError, readReadings } from './read-readings.ts'

const maxBodyBytes = 1024 * 1024

/** Senders that dawdle are cut off. */
const patience = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
}

/** An HTTP server for readings, not yet listening. */
export function createHttpServer(ingress: Ingress, timeouts: typeof patience = patience): Server {
  const server = createServer({ ...timeouts, maxHeaderSize: 8 * 1024 }, createApp(ingress))
  server.maxConnections = 2_000
  return server
}

/** Stops accepting and waits for the requests under way; after `graceMs` they are cut off. */
export async function closeHttpServer(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve))
  // A connection kept alive is closed once its request is answered, not after its time-out.
  const idle = setInterval(() => server.closeIdleConnections(), 20)
  const grace = setTimeout(() => server.closeAllConnections(), graceMs)
  await closed
  clearInterval(idle)
  clearTimeout(grace)
}

function createApp(ingress: Ingress): Express {
  const app = express().disable('x-powered-by').disable('etag')
  app.use((_request, response, next) => {
    response.set({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' })
    next()
  })
  app.use((request, response, next) => {
    // Devices name no origin, browsers always do: no page may send readings, whatever name it was made to point here by.
    if (request.headers.origin === undefined) return next()
    ingress.metrics.refused('http', 'origin')
    sendProblem(response.set('connection', 'close'), problems.origin)
  })
  app.post('/readings', async (request, response) => {
    const identity = ingress.gate.admit('ingest', bearerSecret(request.headers), request.socket.remoteAddress)
    if (typeof identity !== 'string') return takeReadings(ingress, request, response)
    ingress.metrics.refused('http', identity)
    refuse(response, identity)
    await discardBody(request)
  })
  app.all('/readings', (request, response) => {
    sendProblem(response.set('allow', 'POST'), problems.method)
    return discardBody(request)
  })
  app.use((request, response) => {
    sendProblem(response, problems.not_found)
    return discardBody(request)
  })
  app.use(answerError(ingress))
  return app
}

async function takeReadings(ingress: Ingress, request: Request, response: Response): Promise<void> {
  const held = ingress.bytesInFlight.open()
  try {
    const outcome = await storeReadings(ingress, request, held)
    if (outcome.kind === 'stored') {
      ingress.metrics.accepted('http', outcome.accepted)
      response.status(202).json({ accepted: outcome.accepted })
    } else {
      ingress.metrics.refused('http', outcome.kind)
      sendProblem(response, { ...problems[outcome.kind], ...(outcome.errors ? { errors: outcome.errors } : {}) })
    }
  } finally {
    held.release()
  }
  if (!request.readableEnded) await discardBody(request)
}

type Outcome =
  | { kind: 'stored'; accepted: number }
  | { kind: 'invalid' | 'log_unavailable' | 'media_type' | 'overloaded' | 'too_large'; errors?: ReadingError[] }

async function storeReadings({ appender }: Ingress, request: Request, held: HeldBytes): Promise<Outcome> {
  const format = formatOf(request)
  if (format === null) return { kind: 'media_type' }
  const read = await readBody(request, maxBodyBytes, held)
  if (read.kind !== 'read') return read
  const readings = readReadings(read.body, format)
  if (readings.kind === 'refused') return { kind: 'invalid', errors: readings.errors }
  try {
    await appender.append(readings.records)
  } catch {
    // The appender has reported it; whatever it was, what is stored is unknown.
    return { kind: 'log_unavailable' }
  }
  return { kind: 'stored', accepted: readings.records.length }
}

function formatOf({ headers }: Request): BodyFormat | null {
  if (headers['content-encoding'] !== undefined) return null
  const mediaType = headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  if (mediaType === 'application/json') return 'json'
  return mediaType === 'application/x-ndjson' ? 'ndjson' : null
}

const answerError =
  ({ metrics, logger }: Ingress): ErrorRequestHandler =>
  (error, request, response, next) => {
    if (request.destroyed && !request.complete) metrics.refused('http', 'aborted')
    else if (response.headersSent) next(error)
    else if (error.status === 400) sendProblem(response, problems.not_found)
    else {
      logger.error({ err: error }, 'A request failed.')
      sendProblem(response, problems.failed)
    }
  }
