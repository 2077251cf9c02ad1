// The views' settings: what is allowed, and that a refusal shows no password.
import { readConfig } from '@health/runtime'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { viewsSettings } from './settings.ts'

const read = (env: Record<string, string>) => readConfig(z.object(viewsSettings), env)

test('without settings, the views are embedded in ./data/demo', () => {
  expect(read({})).toEqual({ DATA_DIR: './data/demo' })
})

test.each(['redis://localhost:6379', 'rediss://user:secret@redis.example:6380/2', 'redis://[::1]'])(
  'the URL %s is taken',
  (url) => {
    expect(read({ REDIS_URL: url }).REDIS_URL).toBe(url)
  },
)

test.each(['localhost:6379', 'http://user:secret@localhost', 'redis:', 'redis'])(
  'the URL %s is refused without showing its password',
  (url) => {
    expect(() => read({ REDIS_URL: url })).toThrow(/REDIS_URL is .* must be a URL that starts with redis:\/\//)
    expect(() => read({ REDIS_URL: url })).not.toThrow(/secret/)
  },
)
