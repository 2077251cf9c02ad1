import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger } from '@health/runtime'
import { openViews } from '@health/views'
import { onTestFinished } from 'vitest'
import { describeExactMerge } from './exact-merge.fixture.ts'

const open = () => {
  const folder = mkdtempSync(join(tmpdir(), 'exact-merge-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return openViews({ DATA_DIR: folder }, { logger: createLogger('silent') })
}

describeExactMerge('the embedded views', open, 50)
