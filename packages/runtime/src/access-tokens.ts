// Tokens as they are set: who holds one, what it is good for, and until when.
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { ConfigError } from './config.ts'

/** Sending readings; seeing what is served; acknowledging alerts and starting batch runs. */
export const roles = ['ingest', 'read', 'acknowledge'] as const
export type Role = (typeof roles)[number]

export interface Token {
  /** Who holds it. It stands in logs and beside what was done with the token. */
  name: string
  roles: readonly Role[]
  secret: string
  /** Epoch ms; null: good until it is taken out of the settings. */
  expiresAt: number | null
}

const form = 'NAME:ROLE+ROLE:SECRET, or with an end NAME:ROLE:SECRET:2027-01-31T00:00:00Z'
const nameForm = /^[A-Za-z0-9._-]{1,32}$/
/** Of letters and digits at random, sixteen are 95 bits. */
const secretForm = /^[A-Za-z0-9._~+/=-]{16,256}$/
const momentForm = z.iso.datetime({ offset: true })

/** Tokens separated by commas or lines; a line that starts with # is a remark. Secrets never show in the messages. */
export const tokenList: z.ZodType<Token[], string> = z.string().transform((text, context) => {
  const entries = text
    .split('\n')
    .filter((line) => !line.trim().startsWith('#'))
    .flatMap((line) => line.split(','))
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
  if (entries.length === 0) return fault(context, `holds no token; each is ${form}`)
  const tokens: Token[] = []
  for (const [index, entry] of entries.entries()) {
    const token = readToken(entry)
    if (typeof token === 'string') return fault(context, `in token ${index + 1} ${token}; each is ${form}`)
    tokens.push(token)
  }
  return tokens
})

/** The same, read from the file of that path. The path is kept: it is printed with the other settings at start. */
const tokenFile = z.string().transform((path, context) => {
  const text = readText(path)
  if (text instanceof Error) return fault(context, `there is no file to read at this path (${text.code})`)
  const tokens = tokenList.safeParse(text)
  if (tokens.success) return { path, tokens: tokens.data }
  return fault(context, tokens.error.issues.map(({ message }) => message).join('; '))
})

/** The settings of every service that answers people or devices. */
export const accessSettings = {
  API_TOKENS: tokenList.optional().describe('who may send, read and acknowledge; unset: whoever can reach the ports'),
  API_TOKENS_FILE: tokenFile.optional().describe('a file of such tokens, one a line'),
  PUBLISH_HOST: z
    .string()
    .optional()
    .describe("where containers' ports are published, as far as this process is told; unset: where HOST listens"),
}

export type AccessConfig = z.output<z.ZodObject<typeof accessSettings>>

/** All tokens of the settings. Throws `ConfigError` where two have the same name or the same secret. */
export function tokensOf({ API_TOKENS = [], API_TOKENS_FILE }: AccessConfig): Token[] {
  const tokens = [...API_TOKENS, ...(API_TOKENS_FILE?.tokens ?? [])]
  for (const [index, { name, secret }] of tokens.entries()) {
    const twin = tokens.slice(0, index).find((other) => other.name === name || other.secret === secret)
    if (twin === undefined) continue
    const same = twin.name === name ? `Two tokens are called ${name}` : `${twin.name} and ${name} have the same secret`
    throw new ConfigError(`${same} in API_TOKENS or API_TOKENS_FILE: each token has a name and a secret of its own.`)
  }
  return tokens
}

/** The text of the file, or why it cannot be read. */
function readText(path: string): string | NodeJS.ErrnoException {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    return error as NodeJS.ErrnoException
  }
}

/** A token, or what is wrong with it. */
function readToken(entry: string): Token | string {
  const [name = '', given = '', secret = '', ...end] = entry.split(':')
  if (!nameForm.test(name)) return 'a name must be 1 to 32 of A-Z a-z 0-9 . _ -'
  const wanted = given.split('+')
  const known = roles.filter((role) => wanted.includes(role))
  if (known.length !== wanted.length) return `a role must be one of ${roles.join(', ')}`
  if (!secretForm.test(secret)) return 'a secret must be 16 to 256 of A-Z a-z 0-9 . _ ~ + / = -'
  const until = end.length === 0 ? null : end.join(':')
  if (until !== null && !momentForm.safeParse(until).success) return 'an end must be like 2027-01-31T00:00:00Z'
  return { name, roles: known, secret, expiresAt: until === null ? null : Date.parse(until) }
}

function fault(context: z.core.$RefinementCtx<unknown>, message: string): never {
  context.addIssue({ code: 'custom', message, input: undefined })
  return z.NEVER
}
