import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { accessSettings, tokensOf } from './access-tokens.ts'
import { ConfigError, describeConfig, readConfig } from './config.ts'

const secret = 'correct-horse-battery'
const read = (env: Record<string, string>) => readConfig(z.object(accessSettings), env)
const tokens = (text: string) => tokensOf(read({ API_TOKENS: text }))

function aFile(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'tokens-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'tokens'), text)
  return join(folder, 'tokens')
}

function messageOf(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  return ''
}

test('a token has a name, roles, a secret, and may have an end', () => {
  expect(
    tokens(`phone:ingest:${secret}, nurse:read+acknowledge:Zm9v/YmFy+cXV4Zm9v==:2027-01-31T07:00:00+07:00`),
  ).toEqual([
    { name: 'phone', roles: ['ingest'], secret, expiresAt: null },
    {
      name: 'nurse',
      roles: ['read', 'acknowledge'],
      secret: 'Zm9v/YmFy+cXV4Zm9v==',
      expiresAt: Date.parse('2027-01-31T00:00:00Z'),
    },
  ])
})

test('a file has a token a line, remarks and empty lines, and goes together with the variable', () => {
  const path = aFile(`# the wards, north\r\n\r\nnurse:read:${secret}-2\r\n`)
  const all = tokensOf(read({ API_TOKENS: `phone:ingest:${secret}`, API_TOKENS_FILE: path }))
  expect(all.map(({ name }) => name)).toEqual(['phone', 'nurse'])
})

test('with nothing set there are no tokens', () => {
  expect(tokensOf(read({ API_TOKENS: ' ' }))).toEqual([])
})

test.each([
  ['no name', `:ingest:${secret}`, 'in token 1 a name must be 1 to 32 of'],
  ['a name with a blank', `my phone:ingest:${secret}`, 'in token 1 a name must be'],
  [
    'an unknown role',
    `a:read:${secret},b:admin:${secret}-2`,
    'in token 2 a role must be one of ingest, read, acknowledge',
  ],
  ['a role twice', `a:read+read:${secret}`, 'in token 1 a role'],
  ['no role', `a::${secret}`, 'in token 1 a role'],
  ['a short secret', 'a:read:correct-horse', 'in token 1 a secret must be 16 to 256 of'],
  ['no secret', 'a:read', 'in token 1 a secret'],
  ['an end that is no time', `a:read:${secret}:tomorrow`, 'in token 1 an end must be like 2027-01-31T00:00:00Z'],
  ['a day for an end', `a:read:${secret}:2027-01-31`, 'in token 1 an end'],
  ['only separators', ',', 'holds no token'],
])('%s is refused, naming the place and the form', (_what, text, message) => {
  const told = messageOf(() => tokens(text))
  expect(told).toContain(`API_TOKENS is "***", but ${message}`)
  expect(told).toContain('each is NAME:ROLE+ROLE:SECRET')
})

test.each([
  ['names', `a:read:${secret},a:ingest:${secret}-2`, 'Two tokens are called a'],
  ['secrets', `a:read:${secret},b:ingest:${secret}`, 'a and b have the same secret'],
])('two same %s are refused', (_what, text, message) => {
  expect(messageOf(() => tokens(text))).toContain(message)
})

test('a token of the file must not double one of the variable', () => {
  const path = aFile(`a:read:${secret}-2`)
  expect(messageOf(() => tokensOf(read({ API_TOKENS: `a:ingest:${secret}`, API_TOKENS_FILE: path })))).toContain(
    'called a',
  )
})

test('a file that cannot be read, or holds nothing, stops the start', () => {
  expect(messageOf(() => read({ API_TOKENS_FILE: '/nowhere/tokens' }))).toMatch(
    'API_TOKENS_FILE is "/nowhere/tokens", but there is no file to read at this path (ENOENT)',
  )
  const empty = aFile('# none yet\n')
  expect(messageOf(() => read({ API_TOKENS_FILE: empty }))).toContain(
    `API_TOKENS_FILE is "${empty}", but holds no token`,
  )
})

test.each([
  ['of a wrong role', () => ({ API_TOKENS: `a:admin:${secret}` })],
  ['in another order', () => ({ API_TOKENS: `${secret}:a:ingest` })],
  ['with a forbidden character', () => ({ API_TOKENS: `a:read:${secret}!` })],
  ['beside a wrong end', () => ({ API_TOKENS: `a:read:${secret}:never` })],
  ['that is doubled', () => ({ API_TOKENS: `a:read:${secret},b:read:${secret}` })],
  ['given for a path', () => ({ API_TOKENS_FILE: `a:read:${secret}` })],
  ['in a file', () => ({ API_TOKENS_FILE: aFile(`a:admin:${secret}`) })],
])('no message shows a secret %s', (_what, env) => {
  const told = messageOf(() => tokensOf(read(env())))
  expect(told).not.toBe('')
  expect(told).not.toContain(secret)
})

test('the settings as they are printed show the path of the file and no secret', () => {
  const path = aFile(`b:read:${secret}-2`)
  const config = read({ API_TOKENS: `a:read:${secret}`, API_TOKENS_FILE: path })
  expect(describeConfig(config)).toEqual({ API_TOKENS: '***', API_TOKENS_FILE: { path, tokens: '***' } })
})
