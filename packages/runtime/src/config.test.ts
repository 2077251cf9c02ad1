import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ConfigError, describeConfig, readConfig } from './config.ts'
import { flag, integer, list, number, port } from './fields.ts'

const settings = z.object({
  INGEST_PORT: port({ default: 8080 }).describe('port of POST /readings'),
  WORKERS: integer({ min: 1 }),
  SHARE: number({ min: 0, max: 1, default: 0.01 }),
  VERBOSE: flag({ default: false }),
  ALLOWED_HOSTS: list({ default: ['localhost'] }),
  REDIS_URL: z.url('must be a URL').optional(),
  API_TOKEN: z.string().min(8, 'must have 8 characters or more').optional(),
})

const messageOf = (env: Record<string, string>): string => {
  try {
    readConfig(settings, env)
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  return ''
}

describe('readConfig', () => {
  test('takes defaults for what is unset or empty', () => {
    expect(readConfig(settings, { WORKERS: '2', SHARE: '', VERBOSE: '  ' })).toEqual({
      INGEST_PORT: 8080,
      WORKERS: 2,
      SHARE: 0.01,
      VERBOSE: false,
      ALLOWED_HOSTS: ['localhost'],
    })
  })

  test('turns text into values', () => {
    const env = { INGEST_PORT: '0', WORKERS: '12', SHARE: '.5', VERBOSE: 'yes', ALLOWED_HOSTS: ' a, [::1] ' }
    expect(readConfig(settings, env)).toMatchObject({
      INGEST_PORT: 0,
      WORKERS: 12,
      SHARE: 0.5,
      VERBOSE: true,
      ALLOWED_HOSTS: ['a', '[::1]'],
    })
  })

  test.each([
    ['INGEST_PORT', '65536', 'from 0 to 65535'],
    ['INGEST_PORT', '80.5', 'a whole number'],
    ['INGEST_PORT', '0x50', 'a whole number'],
    ['WORKERS', '0', '1 or more'],
    ['WORKERS', '9007199254740993', '1 or more'],
    ['SHARE', '1e-1', 'a number from 0 to 1'],
    ['SHARE', 'NaN', 'a number from 0 to 1'],
    ['VERBOSE', 'maybe', 'true or false'],
    ['ALLOWED_HOSTS', 'a,,b', 'without empty items'],
  ])('refuses %s=%s, naming variable, value and what is allowed', (name, value, allowed) => {
    const message = messageOf({ WORKERS: '1', [name]: value })
    expect(message).toContain(`${name} is "${value}"`)
    expect(message).toContain(allowed)
  })

  test('names every wrong variable at once, with its meaning and its default', () => {
    const message = messageOf({ INGEST_PORT: 'x', SHARE: '2' })
    expect(message).toContain('3 settings are wrong')
    expect(message).toContain('INGEST_PORT is "x"')
    expect(message).toContain('(port of POST /readings). Leave it out for the default, 8080.')
    expect(message).toContain('WORKERS is not set, but is needed.')
    expect(message).toContain('SHARE is "2"')
  })

  test('shows no secret in an error', () => {
    const message = messageOf({ WORKERS: '1', API_TOKEN: 'hush', REDIS_URL: 'redis://me:hu/sh@ host' })
    expect(message).toContain('API_TOKEN is "***"')
    expect(message).not.toContain('hush')
    expect(message).not.toContain('hu/sh')
  })
})

test('describeConfig shows the path of a file with secrets, but no secret given in its place', () => {
  expect(
    describeConfig({
      KAFKA_SASL_PASSWORD_FILE: '/run/secrets/kafka',
      REDIS_PASSWORD_FILE: 'C:\\secrets\\redis',
      API_TOKENS_FILE: 'nurse:read:hush',
    }),
  ).toEqual({
    KAFKA_SASL_PASSWORD_FILE: '/run/secrets/kafka',
    REDIS_PASSWORD_FILE: 'C:\\secrets\\redis',
    API_TOKENS_FILE: '***',
  })
})

test('describeConfig redacts secrets by name and users in URLs, at any depth', () => {
  const config = {
    HOST: '127.0.0.1',
    KAFKA_PASSWORD: 'hush',
    API_TOKENS: ['hush'],
    REDIS_URL: 'redis://me:hush@10.0.0.1:6379/0?password=hush',
    MQTT_URLS: ['mqtt://me:hush@a', 'mqtt://b'],
    CLIENT: { clientSecret: 'hush', id: 'x' },
    UNSET: undefined,
  }
  expect(describeConfig(config)).toEqual({
    HOST: '127.0.0.1',
    KAFKA_PASSWORD: '***',
    API_TOKENS: '***',
    REDIS_URL: 'redis://***@10.0.0.1:6379/0?password=***',
    MQTT_URLS: ['mqtt://***@a', 'mqtt://b'],
    CLIENT: { clientSecret: '***', id: 'x' },
    UNSET: undefined,
  })
})
