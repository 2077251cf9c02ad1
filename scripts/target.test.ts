import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { resolveTarget } from './target.ts'

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'health-target-'))
})
afterEach(() => rmSync(root, { recursive: true }))

const up = async () => true
const down = async () => false
const refuse = async (): Promise<boolean> => {
  throw new Error('Docker was asked')
}

describe('the system that a command works on', () => {
  test.each([
    [
      'the environment',
      { KAFKA_BROKERS: 'kafka:9092', REDIS_URL: 'redis://:secret@redis:6379' },
      /^the system at redis:\/\/redis/,
    ],
    ['a folder of data', { DATA_DIR: '/somewhere' }, /^the demo in \/somewhere/],
    ['a lake', { LAKE_DIR: '/lake' }, /^the demo in \/lake/],
  ])('is what %s names, and Docker is not asked', async (_, env, name) => {
    const target = await resolveTarget(env, { root, isComposeUp: refuse })
    expect(target.env).toEqual(env)
    expect(target.name).toMatch(name)
  })

  test('is the compose stack when it is up', async () => {
    const { name, env } = await resolveTarget({ PATH: '/bin' }, { root, isComposeUp: up })
    expect(name).toContain('compose')
    expect(env).toEqual({
      PATH: '/bin',
      KAFKA_BROKERS: '127.0.0.1:9094',
      REDIS_URL: 'redis://127.0.0.1:6379',
      LAKE_DIR: join(root, 'data', 'lake'),
    })
  })

  test('has the settings of the .env that compose reads; the shell overrides them', async () => {
    writeFileSync(
      join(root, '.env'),
      'KAFKA_PUBLISH_PORT=19094\nREDIS_PUBLISH_PORT=16379\nDAY_TIME_ZONE=Asia/Jakarta\n',
    )
    const shell = { REDIS_PUBLISH_PORT: '26379' }
    const { env } = await resolveTarget(shell, { root, isComposeUp: up })
    expect(env).toMatchObject({
      KAFKA_BROKERS: '127.0.0.1:19094',
      REDIS_URL: 'redis://127.0.0.1:26379',
      DAY_TIME_ZONE: 'Asia/Jakarta',
    })
  })

  test('is the demo when the compose stack is not up', async () => {
    const { name, env } = await resolveTarget({}, { root, isComposeUp: down })
    expect(name).toContain('demo')
    expect(env).toEqual({ DATA_DIR: join(root, 'data', 'demo') })
  })

  test('is what --system says, whatever else is set', async () => {
    const set = { KAFKA_BROKERS: 'kafka:9092', REDIS_URL: 'redis://redis:6379' }
    const demo = await resolveTarget(set, { system: 'demo', root, isComposeUp: refuse })
    expect(demo.env).toEqual({ DATA_DIR: join(root, 'data', 'demo') })
    const compose = await resolveTarget({ DATA_DIR: '/somewhere' }, { system: 'compose', root, isComposeUp: refuse })
    expect(compose.env['REDIS_URL']).toBe('redis://127.0.0.1:6379')
  })

  test('is the demo where there is no compose file to ask Docker about', async () => {
    expect((await resolveTarget({}, { root })).name).toContain('demo')
  })
})
