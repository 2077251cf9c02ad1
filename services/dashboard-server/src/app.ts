// The HTTP side: the page and its files, REST, health, under one strict set of headers and one way of refusing.
import type { Server } from 'node:http'
import { LogUnavailable } from '@health/log'
import {
  closeAfterBody,
  createHealthHandler,
  createServer,
  type Gate,
  type Health,
  type Logger,
  sendProblem,
} from '@health/runtime'
import { ViewsUnavailable } from '@health/views'
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express'
import helmet from 'helmet'
import type { HostCheck } from './auth/host-check.ts'
import { createSessionRouter } from './auth/session.ts'
import type { Page } from './page.ts'
import { createRestRouter, type Served } from './rest/rest.ts'

export interface AppParts {
  hostCheck: HostCheck
  gate: Gate
  page: Page
  served: Served
  health: Health
  logger: Logger
}

/** An HTTP server, not yet listening. Those who dawdle are cut off. */
export function createHttpServer(parts: AppParts): Server {
  const limits = {
    headersTimeout: 10_000,
    requestTimeout: 30_000,
    keepAliveTimeout: 5_000,
    connectionsCheckingInterval: 1_000,
    maxHeaderSize: 8 * 1024,
  }
  const server = createServer(limits, createApp(parts))
  server.maxConnections = 10_000
  return server
}

function createApp({ hostCheck, gate, page, served, health, logger }: AppParts): Express {
  const app = express().disable('x-powered-by').disable('etag').set('query parser', 'simple')
  app.use(securityHeaders, closeAfterBody, refuseForeign(hostCheck))
  app.use(createHealthHandler(health))
  app.use(servePage(page))
  app.use('/api/session', createSessionRouter(gate, served.now))
  app.use('/api', createRestRouter(served, gate))
  app.use((request, response) => {
    const detail = `There is nothing at ${request.method} ${request.path.slice(0, 200)}. The page is at /, its answers under /api.`
    sendProblem(response, { status: 404, title: 'Not found', detail })
  })
  app.use(answerError(logger))
  return app
}

/**
 * Everything the page uses comes from here; the tab's icon is part of its markup. It may be served without TLS, on this
 * machine or behind a proxy, so nothing is said about TLS.
 */
const securityHeaders = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      connectSrc: ["'self'"],
      imgSrc: ["'self'", 'data:'],
      objectSrc: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
  },
  strictTransportSecurity: false,
  // Browsers take these over TLS or from this machine only, and complain elsewhere.
  crossOriginOpenerPolicy: false,
  originAgentCluster: false,
  xFrameOptions: { action: 'deny' },
})

const refuseForeign =
  (hostCheck: HostCheck): RequestHandler =>
  (request, response, next) => {
    const reason = hostCheck(request.headers)
    if (reason === null) next()
    else sendProblem(response.set('connection', 'close'), { status: 403, title: 'Not allowed', detail: reason })
  }

const year = 31_536_000

function servePage({ html, files }: Page): RequestHandler {
  return (request, response, next) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return next()
    if (request.path === '/') return void response.set('cache-control', 'no-cache').type('html').send(html)
    const file = files.get(request.path)
    if (file === undefined) return next()
    const gzip = request.acceptsEncodings('gzip') !== false
    response.set({
      'cache-control': `public, max-age=${year}, immutable`,
      'content-type': file.type,
      etag: file.etag,
      vary: 'Accept-Encoding',
      ...(gzip ? { 'content-encoding': 'gzip' } : {}),
    })
    if (request.fresh) return void response.status(304).end()
    response.end(gzip ? file.gzip : file.body)
  }
}

const answerError =
  (logger: Logger): ErrorRequestHandler =>
  (error, request, response, next) => {
    if (response.headersSent) return next(error)
    if (error instanceof ViewsUnavailable) {
      const detail = `Waiting for ${error.message}. Ask again in a moment; /readyz tells when it is back.`
      sendProblem(response, { status: 503, title: 'The views are unavailable', detail })
    } else if (error instanceof LogUnavailable) {
      const detail = `${error.message} Whether it was done is unknown: look at the alert, and do it again if it was not.`
      sendProblem(response, { status: 503, title: 'The log is unavailable', detail })
    } else if (error.type?.startsWith('entity.') || error.type === 'encoding.unsupported') {
      const detail = 'Send a small JSON object as application/json, uncompressed.'
      sendProblem(response, { status: error.status, title: 'Bad body', detail })
    } else if (error.status === 400) {
      const detail = 'The address cannot be read: check its % signs.'
      sendProblem(response, { status: 400, title: 'Bad address', detail })
    } else {
      logger.error({ err: error, path: request.path }, 'A request failed.')
      sendProblem(response, { status: 500, title: 'Internal error', detail: 'The log of dashboard-server says more.' })
    }
  }
