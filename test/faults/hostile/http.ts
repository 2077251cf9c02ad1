// Hostile messages by HTTP: in every form of body, with what must not be sent at all mixed in; each answer must be the right one.
import assert from 'node:assert/strict'
import { Agent, request as startRequest } from 'node:http'
import type { Ledger } from '../ledger.ts'
import type { Random } from '../random.ts'
import { count, type StormFigures } from './figures.ts'
import type { HostileMessage } from './messages.ts'

export interface Answer {
  status: number
  body: string
}

export interface Post {
  url: string
  method?: string
  headers: Record<string, string>
  body: Buffer
}

/** However large or broken a request is, it is answered within this time. */
const deadlineMs = 20_000

/** The answer to one request. Rejects when there is none in time. */
export function send(agent: Agent, { url, method = 'POST', headers, body }: Post): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = startRequest(url, { agent, method, headers: { ...headers, 'content-length': body.length } })
    const timer = setTimeout(() => request.destroy(new Error(`no answer within ${deadlineMs} ms`)), deadlineMs)
    request.on('error', (error) => {
      clearTimeout(timer)
      reject(error)
    })
    request.on('response', (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (part) => {
        text += part
      })
      response.on('end', () => {
        clearTimeout(timer)
        resolve({ status: response.statusCode ?? 0, body: text })
      })
    })
    request.end(body)
  })
}

export interface HttpStormOptions {
  ingest: string
  next(): HostileMessage
  random: Random
  ledger: Ledger
  requests: number
}

const atOnce = 24

/** Sends so many requests. Rejects at the first that is not answered, or not as it must be. */
export async function stormHttp({ ingest, next, random, ledger, requests }: HttpStormOptions): Promise<StormFigures> {
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce })
  const figures: StormFigures = { inputs: 0, outcomes: new Map() }
  let left = requests

  async function client(): Promise<void> {
    while (left-- > 0) {
      const { post, messages, stored } = createPost(`${ingest}/readings`, next, random)
      const { status, body } = await send(agent, post).catch((error) => {
        throw new Error(`${describe(messages)}: ${error.message}`)
      })
      figures.inputs += messages.length
      count(figures.outcomes, status)
      if (stored === null) {
        assert.ok(status >= 400 && status < 500, `${describe(messages)} was answered ${status} ${body}`)
        assert.equal((JSON.parse(body) as { status: number }).status, status)
      } else {
        assert.equal(status, 202, `${describe(messages)} was answered ${body}`)
        assert.deepEqual(JSON.parse(body), { accepted: stored.length })
        for (const bytes of stored) ledger.acknowledged(bytes)
      }
    }
  }

  try {
    await Promise.all(Array.from({ length: atOnce }, client))
  } finally {
    agent.destroy()
  }
  return figures
}

const describe = (messages: readonly HostileMessage[]): string =>
  messages.map(({ kind, bytes }) => `${kind} ${bytes.toString('utf8', 0, 200)}`).join(' | ')

interface Planned {
  post: Post
  messages: HostileMessage[]
  /** The records that it leaves in the log; `null` where it must be refused. */
  stored: Buffer[] | null
}

function createPost(url: string, next: () => HostileMessage, random: Random): Planned {
  const form = random.integer(1, 100)
  if (form <= 2) return createRefused(url, next(), random)
  if (form <= 60) return createSingle(url, next())
  // As hostile messages come, a long body without any that is refused would be rare.
  const areGood = random.chance(0.5)
  const messages = Array.from({ length: random.integer(2, 8) }, () => (areGood ? nextReading(next) : next()))
  return form <= 80 ? createNdjson(url, messages) : createArray(url, messages)
}

function nextReading(next: () => HostileMessage): HostileMessage {
  for (;;) {
    const message = next()
    if (message.isReading) return message
  }
}

const json = { 'content-type': 'application/json' }

const createSingle = (url: string, message: HostileMessage): Planned => ({
  post: { url, headers: json, body: message.bytes },
  messages: [message],
  stored: message.isReading ? [message.bytes] : null,
})

/** A line that is blank is none, and a message of many lines is no message any more. */
function createNdjson(url: string, messages: HostileMessage[]): Planned {
  const lines = messages.filter(({ bytes }) => !/^[ \t]*$/.test(bytes.toString()))
  const areAllReadings = lines.every(({ bytes, isReading }) => isReading && !bytes.includes('\n'))
  return {
    post: {
      url,
      headers: { 'content-type': 'application/x-ndjson' },
      body: Buffer.concat(messages.flatMap(({ bytes }) => [bytes, Buffer.from('\n')])),
    },
    messages,
    stored: areAllReadings && lines.length > 0 ? lines.map(({ bytes }) => bytes) : null,
  }
}

/** Blanks around an item are the array's. */
function createArray(url: string, messages: HostileMessage[]): Planned {
  const items = messages.flatMap(({ bytes }, i) => (i === 0 ? [bytes] : [Buffer.from(','), bytes]))
  return {
    post: { url, headers: json, body: Buffer.concat([Buffer.from('['), ...items, Buffer.from(']')]) },
    messages,
    stored: messages.every(({ isReading }) => isReading)
      ? messages.map(({ bytes }) => Buffer.from(bytes.toString().trim()))
      : null,
  }
}

const mebibyte = 1024 * 1024

/** Good messages in requests that must be refused. */
function createRefused(url: string, message: HostileMessage, random: Random): Planned {
  const { bytes } = message
  const post = random.pick<Post>([
    { url, headers: { 'content-type': 'text/plain' }, body: bytes },
    { url, headers: { 'content-type': 'application/json, text/html; =' }, body: bytes },
    { url, headers: {}, body: bytes },
    { url, headers: { ...json, 'content-encoding': 'gzip' }, body: bytes },
    { url, headers: { ...json, origin: 'http://127.0.0.1' }, body: Buffer.alloc(0) },
    { url, headers: json, body: Buffer.alloc(0) },
    { url, method: 'PUT', headers: json, body: bytes },
    { url, method: 'DELETE', headers: json, body: bytes },
    { url: `${url}/../../etc/passwd`, headers: json, body: bytes },
    { url: `${url}%00`, headers: json, body: bytes },
    { url: `${url}/%ff%`, headers: json, body: bytes },
    { url: `${url}?${'a=b&'.repeat(1000)}`, method: 'GET', headers: {}, body: Buffer.alloc(0) },
    { url, headers: { 'content-type': 'application/x-ndjson' }, body: Buffer.alloc(mebibyte + 1, '\n') },
    { url, headers: { 'content-type': 'application/x-ndjson' }, body: Buffer.alloc(mebibyte, '\n') },
    { url, headers: json, body: Buffer.alloc(mebibyte, '[') },
    { url, headers: json, body: Buffer.alloc(mebibyte, '{},').fill('[', 0, 1) },
    { url, headers: json, body: Buffer.alloc(10 * mebibyte, 'x') },
  ])
  return {
    post,
    messages: [{ ...message, kind: `${post.method ?? 'POST'} ${post.url} ${message.kind}` }],
    stored: null,
  }
}
