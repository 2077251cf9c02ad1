// The gate: whether the bearer of a secret may do what is asked. Guessing is slowed down; secrets take equal time to compare.
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { RequestHandler, Response } from 'express'
import type { Logger } from 'pino'
import { type AccessConfig, type Role, roles, type Token, tokensOf } from './access-tokens.ts'
import { type Problem, sendProblem } from './problem.ts'

/** Whoever was let in. */
export interface Identity {
  /** The token's; null where none is asked for. */
  name: string | null
  roles: readonly Role[]
  /** Epoch ms; null: for as long as this process runs. */
  expiresAt: number | null
}

export type Refusal = 'missing_token' | 'unknown_token' | 'expired_token' | 'other_role' | 'too_many_failures'

export interface Gate {
  /** False: there are no tokens, and everybody is let in. */
  guarded: boolean
  /** Not guarded, and reached from other machines. */
  openToNetwork: boolean
  /**
   * Lets the bearer of `secret` in, if it is good for `role`. After ten different unknown secrets within a minute an
   * `address` is refused until that minute is over, unless the secret is one that came from there before: devices that
   * go on sending an old secret must not silence their neighbours behind the same router.
   */
  admit(role: Role, secret: string | undefined, address: string | undefined): Identity | Refusal
}

export interface GateOptions {
  logger: Logger
  /** Epoch ms. */
  now(): number
}

const maxGuesses = 10
const windowMs = 60_000
/** Beyond this number of addresses the longest known is forgotten. */
const maxAddresses = 10_000

interface Caller {
  /** Digests of the unknown secrets that came. The same one again is no further guess. */
  guesses: Set<string>
  /** When the guesses are forgotten, epoch ms. */
  until: number
  /** Whose tokens came from this address. */
  names: Set<string>
}

/** Reads the settings, and warns when anyone on the network may come in. */
export function createGate(config: AccessConfig & { HOST: string }, { logger, now }: GateOptions): Gate {
  const known = tokensOf(config).map((token) => ({ ...token, digest: digestOf(token.secret) }))
  const guarded = known.length > 0
  const openToNetwork = !guarded && !isLoopback(config.PUBLISH_HOST ?? config.HOST)
  if (openToNetwork) logger.warn('Whoever reaches this machine may send and read everything: set API_TOKENS.')
  const callers = new Map<string, Caller>()

  function callerAt(address: string): Caller {
    const caller = callers.get(address) ?? { guesses: new Set(), until: 0, names: new Set() }
    callers.delete(address)
    callers.set(address, caller)
    for (const oldest of callers.keys()) {
      if (callers.size <= maxAddresses) break
      callers.delete(oldest)
    }
    if (caller.until <= now()) caller.guesses.clear()
    return caller
  }

  function countGuess(caller: Caller, address: string, guess: string): void {
    if (caller.guesses.size === 0) caller.until = now() + windowMs
    if (caller.guesses.has(guess)) return
    caller.guesses.add(guess)
    if (caller.guesses.size === maxGuesses) {
      logger.warn({ address }, 'Too many unknown tokens came from an address: it is refused for up to a minute.')
    }
  }

  return {
    guarded,
    openToNetwork,
    admit(role, secret, address = 'unknown') {
      if (!guarded) return everybody
      if (secret === undefined || secret === '') return 'missing_token'
      const digest = digestOf(secret)
      const token = findToken(known, digest)
      const caller = callerAt(address)
      if (caller.guesses.size >= maxGuesses && !caller.names.has(token?.name ?? '')) return 'too_many_failures'
      if (token === undefined) {
        countGuess(caller, address, digest.toString('base64'))
        return 'unknown_token'
      }
      caller.names.add(token.name)
      if (token.expiresAt !== null && token.expiresAt <= now()) return 'expired_token'
      if (!token.roles.includes(role)) return 'other_role'
      return { name: token.name, roles: token.roles, expiresAt: token.expiresAt }
    },
  }
}

const everybody: Identity = { name: null, roles, expiresAt: null }

const digestOf = (secret: string): Buffer => createHash('sha256').update(secret).digest()

/** Compares with every token to the end: how long it takes tells nothing. */
function findToken<T extends Token & { digest: Buffer }>(tokens: readonly T[], digest: Buffer): T | undefined {
  return tokens.filter((token) => timingSafeEqual(token.digest, digest))[0]
}

const isLoopback = (host: string): boolean => /^(localhost|127(\.\d+){3}|\[?::1\]?)$/i.test(host.trim())

/** The secret of `Authorization: Bearer SECRET`. */
export const bearerSecret = ({ authorization = '' }: IncomingHttpHeaders): string | undefined =>
  /^Bearer +(\S+)$/i.exec(authorization)?.[1]

/** Lets requests on that are good for `role`, with who it is in `response.locals.identity`; answers the others. */
export const requireRole =
  (
    gate: Gate,
    role: Role,
    secretOf: (headers: IncomingHttpHeaders) => string | undefined = bearerSecret,
  ): RequestHandler =>
  (request, response, next) => {
    const identity = gate.admit(role, secretOf(request.headers), request.socket.remoteAddress)
    if (typeof identity === 'string') return refuse(response, identity)
    response.locals['identity'] = identity
    next()
  }

/** Answers a request that was not let in, before anything of its body is read. */
export function refuse(response: Response, refusal: Refusal): void {
  if (refusal === 'too_many_failures') response.set('retry-after', '60')
  const problem = problems[refusal]
  if (problem.status === 401) response.set('www-authenticate', 'Bearer realm="health-monitor"')
  sendProblem(response, { ...problem, code: refusal })
}

const problems: Record<Refusal, Problem> = {
  missing_token: {
    status: 401,
    title: 'A token is needed',
    detail: 'Send the header "Authorization: Bearer SECRET" with a secret of API_TOKENS; browsers sign in on the page.',
  },
  unknown_token: {
    status: 401,
    title: 'Unknown token',
    detail: 'No token of API_TOKENS has this secret. Was it changed, or cut off in copying?',
  },
  expired_token: {
    status: 401,
    title: 'The token has expired',
    detail: 'Its end is past. Give it a later end in API_TOKENS, or use another token.',
  },
  other_role: {
    status: 403,
    title: 'The token has another role',
    detail: 'API_TOKENS names the roles of each token: ingest to send, read to see, acknowledge to act.',
  },
  too_many_failures: {
    status: 429,
    title: 'Too many unknown tokens',
    detail:
      'Too many unknown tokens came from this address within a minute. Correct the secret and try again in a minute.',
  },
}
