// Needs REDIS_URL; uses its database 14 alone.
import { createLogger } from '@health/runtime'
import { openViews } from '@health/views'
import { describeExactMerge } from './exact-merge.fixture.ts'

const open = () => {
  const given = process.env['REDIS_URL']
  if (!given) throw new Error('Set REDIS_URL to a Redis for tests: its database 14 is emptied')
  const url = new URL(given)
  url.pathname = '/14'
  return openViews({ REDIS_URL: url.href, DATA_DIR: '' }, { logger: createLogger('silent') })
}

describeExactMerge('Redis', open, 20)
