// The session of a browser: a token that was given once, kept in a cookie that no script on the page can read.

import type { IncomingHttpHeaders } from 'node:http'
import type { Session } from '@health/api'
import { bearerSecret, type Gate, type Identity, type Refusal, refuse, sendProblem } from '@health/runtime'
import express, { type CookieOptions, type ErrorRequestHandler, type Request, type Router } from 'express'
import { z } from 'zod'

const cookieName = 'health_session'
/** Browsers keep no cookie for longer. */
const longestMs = 400 * 86_400_000
const maxBodyBytes = 2048
const signInMessage = z.strictObject({ token: z.string().min(1) })

/** The secret that a request came with: in its Authorization header, as programs send it, or in the session's cookie. */
export const secretOf = (headers: IncomingHttpHeaders): string | undefined => bearerSecret(headers) ?? cookieOf(headers)

function cookieOf({ cookie = '' }: IncomingHttpHeaders): string | undefined {
  const pair = cookie.split(/; */).find((candidate) => candidate.startsWith(`${cookieName}=`))
  return pair?.slice(cookieName.length + 1)
}

/** Signing in (POST), signing out (DELETE), and who this browser is (GET), open to whoever can reach the page. */
export function createSessionRouter(gate: Gate, now: () => number): Router {
  const router = express.Router()
  router.use((_request, response, next) => {
    response.set('cache-control', 'no-store')
    next()
  })

  router.get('/', (request, response) => {
    const identity = gate.admit('read', secretOf(request.headers), request.socket.remoteAddress)
    // A cookie that is good for nothing would count as a wrong guess, minute after minute.
    if (identity === 'unknown_token') response.clearCookie(cookieName, cookieOptions(request))
    response.json(sessionOf(gate, identity))
  })

  router.post('/', express.json({ limit: maxBodyBytes, inflate: false }), (request, response) => {
    const message = signInMessage.safeParse(request.body)
    if (!message.success) return sendProblem(response, malformed)
    const { token } = message.data
    const identity = gate.admit('read', token, request.socket.remoteAddress)
    if (typeof identity === 'string') return refuse(response, identity)
    if (gate.guarded) {
      const maxAge = Math.min(longestMs, (identity.expiresAt ?? Number.POSITIVE_INFINITY) - now())
      // The secrets of tokens are of characters that cookies may hold.
      response.cookie(cookieName, token, { ...cookieOptions(request), maxAge, encode: String })
    }
    response.status(204).end()
  })

  router.delete('/', (request, response) => {
    response.clearCookie(cookieName, cookieOptions(request)).status(204).end()
  })

  router.use(refuseBody)
  return router
}

const cookieOptions = (request: Request): CookieOptions => ({
  httpOnly: true,
  sameSite: 'strict',
  path: '/',
  secure: request.get('x-forwarded-proto')?.startsWith('https') ?? false,
})

const sessionOf = ({ guarded }: Gate, identity: Identity | Refusal): Session =>
  typeof identity === 'string'
    ? { guarded, signed_in: false, name: null, roles: [], expires_at: null, refusal: identity }
    : {
        guarded,
        signed_in: guarded,
        name: identity.name,
        roles: [...identity.roles],
        expires_at: identity.expiresAt === null ? null : new Date(identity.expiresAt).toISOString(),
        refusal: null,
      }

const malformed = {
  status: 400,
  title: 'No token',
  detail: 'Send {"token": "SECRET"} as application/json, with a secret of API_TOKENS.',
}

/** What is wrong with a body is said without a word of it: it may hold a secret. */
const refuseBody: ErrorRequestHandler = (error, _request, response, next) => {
  if (response.headersSent || !(error.status >= 400 && error.status < 500)) return next(error)
  sendProblem(response, { ...malformed, status: error.status })
}
